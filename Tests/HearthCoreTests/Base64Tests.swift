import Foundation
import HearthCore
import HearthTesting
import Testing

@Suite("Base64")
struct Base64Tests {
    private func decode(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBufferPointer { Base64.decode($0) } }

    @Test(
        "the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(decode(text) == Array(plain.utf8))
    }

    @Test("any bytes survive, in the text that Foundation writes")
    func randomBytes() {
        var generator = SplitMix64(seed: 64)
        for count in 0..<500 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(decode(text) == bytes)
        }
    }

    @Test(
        "what is not padded base64 is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "====", "=", "Z===", "Zm9v=", "Z=g=", "Zm=v", "Zh==", "Zm9=", "Zm9v\n",
            "Zm 9v===",
            "Zm-_", "Zm9é", "Zg==Zg==", "\0\0\0\0",
        ])
    func malformed(text: String) { #expect(decode(text) == nil) }
}
