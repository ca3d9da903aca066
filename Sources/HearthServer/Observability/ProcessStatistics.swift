#if canImport(Glibc)
import Glibc
#endif

/// What the operating system says about this process.
struct ProcessStatistics {
    var residentBytes: Int
    /// In user and kernel mode together.
    var processorSeconds: Double
    var openFiles: Int

    static func now() -> ProcessStatistics {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        return ProcessStatistics(
            residentBytes: residentPages() * Int(sysconf(Int32(_SC_PAGESIZE))), processorSeconds: seconds,
            openFiles: openFileCount())
    }

    /// The second number of /proc/self/statm; 0 where there is none.
    private static func residentPages() -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { bytes in
            let count = read(descriptor, bytes.baseAddress, bytes.count)
            guard count > 0 else { return 0 }
            let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
            return words.count > 1 ? Int(words[1]) ?? 0 : 0
        }
    }

    private static func openFileCount() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the folder itself.
        return max(0, count - 3)
    }
}
