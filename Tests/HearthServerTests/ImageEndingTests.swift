import HearthMedia
import Testing

@testable import HearthServer

@Suite struct ImageEndingTests {
    private static func isWhole(_ bytes: some Collection<UInt8>, pieces: Int) -> Bool {
        var ending = ImageEnding()
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            Array(rest.prefix(pieces)).withUnsafeBytes { ending.consume($0) }
            rest = rest.dropFirst(pieces)
        }
        return ending.isWhole
    }

    /// Every shorter beginning of a picture is noticed, whatever pieces it comes in.
    @Test(arguments: [
        MediaFixtures.jpeg(), MediaFixtures.jpeg(exif: MediaFixtures.exif(littleEndian: true)), MediaFixtures.png(),
        MediaFixtures.png(exif: MediaFixtures.exif(littleEndian: false)), MediaFixtures.webp(), MediaFixtures.gif(),
        MediaFixtures.bmp(), MediaFixtures.bmp(height: -3),
    ])
    func everyCutIsNoticed(_ picture: [UInt8]) {
        for pieces in [1, 7, 4096] {
            #expect(Self.isWhole(picture, pieces: pieces))
            #expect(Self.isWhole(picture + [0, 0, 1, 2], pieces: pieces))
            for count in 0..<picture.count {
                #expect(!Self.isWhole(picture.prefix(count), pieces: pieces), "\(count) of \(picture.count) bytes")
            }
        }
    }

    /// An end-of-image marker inside a segment, as thumbnails have, and escaped in the scan ends nothing.
    @Test func whatLooksLikeAnEndIsNone() {
        var picture: [UInt8] = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9]
        picture += [0xff, 0xda, 0, 3, 1, 0x55, 0xff, 0x00, 0xd9, 0xff, 0xd3, 0xd9]
        #expect(!Self.isWhole(picture, pieces: 100))
        #expect(Self.isWhole(picture + [0xff, 0xd9], pieces: 3))
    }
}
