import HearthIngest
import HearthStore

extension MetricsPage {
    mutating func add(_ spool: SpoolOverview) {
        let counts = spool.counts
        begin(.spoolReadings, .counter, "Readings of segments, by what became of them.")
        sample(.spoolReadings, [("outcome", "stored")], counts.readings.accepted)
        sample(.spoolReadings, [("outcome", "duplicate")], counts.readings.duplicates)
        sample(.spoolReadings, [("outcome", "rejected")], counts.readings.rejected)
        begin(.spoolFiles, .counter, "Segments that were worked, by whether all of them is stored.")
        sample(.spoolFiles, [("outcome", "stored")], counts.filesStored)
        sample(.spoolFiles, [("outcome", "failed")], counts.filesFailed)
        single(.spoolWaitingFiles, .gauge, "Segments that wait for the gate.", spool.waitingFiles)
        single(.spoolWaitingBytes, .gauge, "Bytes of the segments that wait for the gate.", spool.waitingBytes)
    }
}
