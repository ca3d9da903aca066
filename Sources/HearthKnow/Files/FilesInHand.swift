import HearthCore

/// Which files a request is reading, so that the processor, which hears of them at the same time, does not read them too.
actor FilesInHand {
    /// What makes a file the same reading.
    struct Name: Hashable {
        var person: UniqueID
        var blob: String
        var source: String?
        var key: String?

        init(_ file: FileReader.File) {
            person = file.person
            blob = file.blob
            source = file.source
            key = file.key
        }
    }

    /// Files that were read and that the processor has not come to yet. It never falls so far behind; where it is
    /// halted it reads the rest again, which changes nothing.
    private static let remembered = 10_000

    private var holders: [Name: Int] = [:]
    private var read: Set<Name> = []
    private var waiting: [Name: [CheckedContinuation<Void, Never>]] = [:]

    func take(_ name: Name) { holders[name, default: 0] += 1 }

    /// - Parameter isRead: Whether all of it is in the library and the processor will come to it.
    func release(_ name: Name, isRead: Bool) {
        if isRead, read.count < Self.remembered { read.insert(name) }
        holders[name, default: 1] -= 1
        guard holders[name] == 0 else { return }
        holders[name] = nil
        for waiter in waiting.removeValue(forKey: name) ?? [] { waiter.resume() }
    }

    /// Waits until no request has the file in hand and tells whether one has read it. It tells so once.
    func wasRead(_ name: Name) async -> Bool {
        while holders[name] != nil {
            await withCheckedContinuation { waiting[name, default: []].append($0) }
        }
        return read.remove(name) != nil
    }
}
