/// Lower case without accents, for comparing words: "Café" and "cafe" are one word.
enum LatinFold {
    /// U+00C0 to U+017F with its accents taken off; "*" stands for what has no plain form.
    private static let plain = Array(
        ("aaaaaaaceeeeiiii" + "dnooooo*ouuuuyts" + "aaaaaaaceeeeiiii" + "dnooooo*ouuuuyty"
            + "aaaaaaccccccccdd" + "ddeeeeeeeeeegggg" + "gggghhhhiiiiiiii" + "iiiijjkkklllllll"
            + "lllnnnnnnnnnoooo" + "oooorrrrrrssssss" + "ssttttttuuuuuuuu" + "uuuuwwyyyzzzzzzs").unicodeScalars)

    /// Appends the folded form of one code point of a word.
    static func append(_ scalar: Unicode.Scalar, to word: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x41...0x5a: word.append(Unicode.Scalar(UInt8(scalar.value) + 32))
        case 0..<0x80: word.append(scalar)
        case 0xdf: word.append(contentsOf: "ss".unicodeScalars)
        case 0xc6, 0xe6: word.append(contentsOf: "ae".unicodeScalars)
        case 0x152, 0x153: word.append(contentsOf: "oe".unicodeScalars)
        case 0xc0...0x17f:
            let folded = plain[Int(scalar.value) - 0xc0]
            word.append(folded == "*" ? scalar : folded)
        case 0x300...0x36f: break
        default: word.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
    }
}
