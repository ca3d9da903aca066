/// The release that this program is.
package enum HearthVersion {
    package static let current = "0.1.0"
}
