import CPCRE2
import CZlib
import CZstd
import GRDBSQLite
import HearthCore
import HearthSchema

/// The libraries that the program runs with, and its own files.
struct LibraryCheckup {
    let settings: Settings

    func findings() -> [Finding] { [libraries(), sqlite(), streams()] }

    private func libraries() -> Finding {
        let zlib = String(cString: zlibVersion())
        let zstd = String(cString: ZSTD_versionString())
        var text = [UInt8](repeating: 0, count: 64)
        pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &text)
        let pcre2 = String(decoding: text.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }, as: UTF8.self)
        return .ok("libraries", "zlib \(zlib), zstd \(zstd), PCRE2 \(pcre2)")
    }

    /// Older versions lack what the tables need: `STRICT` (3.37) and `RETURNING` (3.35).
    private static let oldestSQLite: Int32 = 3_037_000

    /// In milliseconds. A disk that turns needs about ten.
    private static let slowCommit = 50.0

    private func sqlite() -> Finding {
        let version = String(cString: sqlite3_libversion())
        guard sqlite3_libversion_number() >= Self.oldestSQLite else {
            return .fail("SQLite", "version \(version) is too old", fix: "install SQLite 3.37 or newer")
        }
        guard sqlite3_threadsafe() != 0 else {
            return .fail("SQLite", "version \(version) was built without threads", fix: "install a usual SQLite")
        }
        guard LocalFile.isFolder(settings.home) else { return .ok("SQLite", "version \(version)") }
        do throws(HearthError) {
            let probe = try CommitProbe.measure(in: settings.home)
            let text =
                "version \(version); a commit reaches the disk in \(Quantity.fixed(probe.milliseconds, digits: 2)) ms"
            if probe.milliseconds > Self.slowCommit {
                return .warn("SQLite", text, fix: "put HEARTH_HOME on a faster disk; each answer waits for a commit")
            }
            return .ok("SQLite", text)
        } catch {
            return .fail("SQLite", error)
        }
    }

    private func streams() -> Finding {
        do throws(HearthError) {
            let shipped = try StreamRegistry.shipped()
            let own = try StreamRegistry.load(directory: settings.home + "/schemas")
            let registry = try StreamRegistry(shipped + own)
            let more = own.isEmpty ? "" : ", \(own.count) of them from \(settings.home)/schemas"
            return .ok("streams", "\(registry.all.count) defined\(more)")
        } catch {
            return .fail("streams", error)
        }
    }
}
