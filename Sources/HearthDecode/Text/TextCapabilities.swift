import CGMime
import CPoppler
import CXML2
import HearthMedia

/// The libraries that read texts, with their versions.
enum TextCapabilities {
    static var all: [Capability] {
        [
            Capability(name: "pages", provider: "libxml2 \(LIBXML_DOTTED_VERSION)"),
            Capability(
                name: "mail", provider: "GMime \(gmime_major_version).\(gmime_minor_version).\(gmime_micro_version)"),
            Capability(name: "PDF", provider: "Poppler \(String(cString: poppler_get_version()))"),
        ]
    }
}
