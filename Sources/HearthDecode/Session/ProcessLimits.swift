import CHearthProcess
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// What the kernel holds the decoder to.
enum ProcessLimits {
    /// Memory, no files, no core dump, no privileges by way of other programs.
    static func apply() {
        set(RLIMIT_AS, rlim_t(MediaLimits.decoderMemoryBytes))
        set(RLIMIT_FSIZE, 0)
        set(RLIMIT_CORE, 0)
        _ = hearth_no_new_privileges()
    }

    /// Allows `seconds` of processor time from now; after that the kernel ends the process by SIGXCPU.
    static func grantProcessorTime(seconds: Int) {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let used = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
        limit.rlim_cur = rlim_t(used + seconds + 1)
        setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
    }

    private static func set(_ resource: __rlimit_resource, _ value: rlim_t) {
        var limit = rlimit(rlim_cur: value, rlim_max: value)
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
}
