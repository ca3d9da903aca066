import Glibc

/// Turns bytes of whatever charset into UTF-8, with U+FFFD for what is none.
enum Charset {
    /// In order: a byte order mark; what the sender or the file says; UTF-8 when the bytes are that; UTF-16 when every
    /// other byte is zero; Windows-1252, in which every byte means something.
    static func utf8(_ bytes: UnsafeRawBufferPointer, declared: String? = nil) -> [UInt8] {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return lossy(UnsafeRawBufferPointer(rebasing: bytes[3...])) }
        if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
            return convert(bytes, from: "UTF-32")
        }
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return convert(bytes, from: "UTF-16")
        }
        let name = declared.map(canonical)
        if let name, name != "UTF-8", let converted = known(bytes, name) { return converted }
        if isUTF8(bytes) { return Array(bytes) }
        if let wide = wide(bytes) { return convert(bytes, from: wide) }
        return name == "UTF-8" ? lossy(bytes) : convert(bytes, from: "WINDOWS-1252")
    }

    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self) != nil
    }

    /// Names that mean more on the web than in their standard (WHATWG Encoding).
    private static func canonical(_ name: String) -> String {
        let upper = name.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
        switch upper {
        case "UTF8", "UNICODE-1-1-UTF-8": return "UTF-8"
        case "ISO-8859-1", "ISO8859-1", "LATIN1", "US-ASCII", "ASCII", "ISO_8859-1", "ANSI": return "WINDOWS-1252"
        case "GB2312", "GBK", "GB_2312-80": return "GB18030"
        case "KS_C_5601-1987", "EUC-KR": return "CP949"
        case "SHIFT_JIS", "SHIFT-JIS", "X-SJIS", "SJIS": return "CP932"
        default: return upper
        }
    }

    private static func known(_ bytes: UnsafeRawBufferPointer, _ name: String) -> [UInt8]? {
        let probe = iconv_open("UTF-8", name)
        guard probe != iconv_t(bitPattern: -1) else { return nil }
        iconv_close(probe)
        return convert(bytes, from: name)
    }

    /// UTF-16 without a mark: text of European languages has a zero in every other byte.
    private static func wide(_ bytes: UnsafeRawBufferPointer) -> String? {
        let sample = bytes.prefix(4096)
        guard sample.count >= 8 else { return nil }
        var even = 0
        var odd = 0
        for (index, byte) in sample.enumerated() where byte == 0 {
            if index % 2 == 0 { even += 1 } else { odd += 1 }
        }
        let most = sample.count * 3 / 10
        if odd > most, even * 10 < odd { return "UTF-16LE" }
        if even > most, odd * 10 < even { return "UTF-16BE" }
        return nil
    }

    private static func lossy(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    private static func convert(_ bytes: UnsafeRawBufferPointer, from name: String) -> [UInt8] {
        let converter = iconv_open("UTF-8", name)
        guard converter != iconv_t(bitPattern: -1), let base = bytes.baseAddress else { return lossy(bytes) }
        defer { iconv_close(converter) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 4)
        // iconv reads only; its type predates const.
        var input: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(
            mutating: base.assumingMemoryBound(to: CChar.self))
        var left = bytes.count
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32 * 1024) { buffer in
            while left > 0 {
                var output = buffer.baseAddress
                var room = buffer.count
                let outcome = iconv(converter, &input, &left, &output, &room)
                let failure = errno
                result.append(
                    contentsOf: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<(buffer.count - room)])))
                if outcome == Int(bitPattern: UInt.max), failure != E2BIG, left > 0 {
                    // A byte that means nothing in this charset.
                    result.append(contentsOf: [0xef, 0xbf, 0xbd])
                    input = input.map { $0 + 1 }
                    left -= 1
                }
            }
        }
        return result
    }
}
