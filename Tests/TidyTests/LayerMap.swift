/// The modules and their layers, as one page tells them.
struct LayerMap: Equatable {
    /// Layer by module name.
    var layers: [String: Int]

    /// Reads the `Module(name:layer:)` lines of a manifest.
    init(manifest: String) {
        layers = [:]
        for match in manifest.matches(of: /Module\(\s*name: "(\w+)", layer: (\d+)/) {
            layers[String(match.1)] = Int(match.2)
        }
    }

    /// Reads the rows `| layer … | modules in backticks | …` of the table of an architecture page.
    init(page: String) {
        layers = [:]
        for line in page.split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count > 3, cells[0].isEmpty, let number = cells[1].firstMatch(of: /^\s*(\d+)\b/),
                let layer = Int(number.1)
            else { continue }
            for match in cells[2].matches(of: /`(\w+)`/) {
                layers[String(match.1)] = layer
            }
        }
    }

    /// What the two maps do not agree on, a sentence each.
    static func disagreements(manifest: LayerMap, page: LayerMap) -> [String] {
        Set(manifest.layers.keys).union(page.layers.keys).sorted().compactMap { module in
            switch (manifest.layers[module], page.layers[module]) {
            case (let layer?, nil): "\(module) (layer \(layer)) stands in Package.swift and not in the page's table"
            case (nil, let layer?): "\(module) (layer \(layer)) stands in the page's table and not in Package.swift"
            case (let built, let written) where built != written:
                "\(module) is in layer \(built ?? 0) in Package.swift and in layer \(written ?? 0) in the page's table"
            default: nil
            }
        }
    }
}

/// Which of our modules each module may import, as the manifest declares it.
struct DeclaredImports {
    /// Imported module names by importing module.
    var imports: [String: Set<String>]

    init(manifest: String) {
        imports = [:]
        let modules = manifest.matches(of: /Module\(\s*name: "(\w+)", layer: \d+/)
        for (index, match) in modules.enumerated() {
            let end = index + 1 < modules.count ? modules[index + 1].range.lowerBound : manifest.endIndex
            let declaration = manifest[match.range.upperBound..<end].prefix { $0 != ")" }
            let list = declaration.firstMatch(of: /^,\s*modules: \[([^\]]*)\]/)?.1 ?? ""
            imports[String(match.1)] = Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
        }
    }

    /// Imports of our modules that the manifest does not declare. The build alone would not notice: it finds whatever
    /// another target happened to build before.
    func undeclared(in file: SourceFile) -> [Finding] {
        guard file.isSwift, file.folders.count > 1, file.folders[0] == "Sources", let own = imports[file.folders[1]]
        else { return [] }
        return file.swiftLines.enumerated().compactMap { index, line in
            guard line.code.contains("import"),
                let match = line.code.firstMatch(of: /\bimport\s+(?:\w+\s+)?(Hearth\w+)/)
            else { return nil }
            let module = String(match.1)
            if own.contains(module) { return nil }
            return Finding(
                path: file.path, line: index + 1, message: "\(file.folders[1]) imports \(module) without declaring it")
        }
    }
}
