/// Pairs and triples of neighbouring characters in scripts that are written without spaces: Chinese, Japanese, Thai and their like.
struct UnspacedGrams {
    private var first: UInt32 = 0
    private var second: UInt32 = 0

    var isOpen: Bool { second != 0 }

    mutating func close() {
        first = 0
        second = 0
    }

    mutating func take(_ scalar: UInt32, _ field: TokenField, _ collector: inout TokenCollector) {
        if second != 0 { add([second, scalar], field, &collector) }
        if first != 0 { add([first, second, scalar], field, &collector) }
        first = second
        second = scalar
    }

    private func add(_ gram: [UInt32], _ field: TokenField, _ collector: inout TokenCollector) {
        var hash = TokenHash.seed
        for scalar in gram { UTF8Scalar.encode(scalar) { hash = TokenHash.adding($0, to: hash) } }
        let name = TokenHash.finish(hash, field)
        guard collector.add(name), collector.keepsText else { return }
        let characters = gram.compactMap(Unicode.Scalar.init).map(Character.init)
        collector.note(name, field.label + String(characters))
    }
}
