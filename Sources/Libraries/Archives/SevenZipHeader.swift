import CArchive

/// How many files and streams a 7z announces, read from its header before libarchive makes room for them: a header of a hundred bytes
/// may announce a hundred million. Follows 7zFormat.txt of the LZMA SDK in libarchive's order; everything else is refused.
struct SevenZipHeader {
    enum Fault: Error {
        case malformed, encrypted, tooMany
    }

    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private let limit: Int

    /// Of a header packed as LZMA, which those of thousands of files fill.
    private static let maximumHeaderBytes = 8 << 20
    private static let maximumCoders = 32
    private static let signatureBytes = 32

    /// - Parameter limit: of files, streams and folders, each.
    static func check(_ file: [UInt8], limit: Int) throws(Fault) {
        var start = SevenZipHeader(file[...], limit)
        start.index = 12
        let offset = try start.fixed()
        let count = try start.fixed()
        // Of an empty archive.
        guard count > 0 else { return }
        guard offset <= file.count - signatureBytes, count <= file.count - signatureBytes - offset, count <= maximumHeaderBytes else {
            throw .malformed
        }
        let first = signatureBytes + offset
        var header = SevenZipHeader(file[first..<(first + count)], limit)
        switch try header.byte() {
        case 0x01: try header.counts()
        case 0x17:
            let plain = try header.unpacked(file)
            var inner = SevenZipHeader(plain[...], limit)
            guard try inner.byte() == 0x01 else { throw .malformed }
            try inner.counts()
        default: throw .malformed
        }
    }

    private init(_ bytes: ArraySlice<UInt8>, _ limit: Int) {
        self.bytes = bytes
        self.limit = limit
        index = bytes.startIndex
    }

    private mutating func byte() throws(Fault) -> UInt8 {
        guard index < bytes.endIndex else { throw .malformed }
        defer { index += 1 }
        return bytes[index]
    }

    private mutating func skip(_ count: Int) throws(Fault) {
        guard count >= 0, count <= bytes.endIndex - index else { throw .malformed }
        index += count
    }

    private mutating func fixed() throws(Fault) -> Int {
        var value: UInt64 = 0
        for place in 0..<8 { value |= UInt64(try byte()) << (8 * place) }
        return Int(clamping: value)
    }

    /// As many bytes follow as the first has leading ones.
    private mutating func number() throws(Fault) -> Int {
        let first = try byte()
        let following = (~first).leadingZeroBitCount
        var value: UInt64 = 0
        for place in 0..<following { value |= UInt64(try byte()) << (8 * place) }
        if following < 7 { value |= UInt64(first & (0x7F >> following)) << (8 * following) }
        return Int(clamping: value)
    }

    private mutating func number(upTo most: Int) throws(Fault) -> Int {
        let value = try number()
        guard value <= most else { throw .tooMany }
        return value
    }

    /// The whole of a plain header up to the number of its files.
    private mutating func counts() throws(Fault) {
        var type = try byte()
        if type == 0x02 {
            while try byte() != 0 { try skip(try number()) }
            type = try byte()
        }
        if type == 0x04 {
            _ = try streams()
            type = try byte()
        }
        guard type == 0x05 else {
            if type == 0 { return }
            throw .malformed
        }
        _ = try number(upTo: limit)
    }

    private struct Streams {
        var position = 0
        var packedSizes: [Int] = []
        var folders: [Folder] = []
    }

    private struct Folder {
        var coders: [(identifier: [UInt8], properties: [UInt8])] = []
        var outputs = 0
        var sizes: [Int] = []
        var hasDigest = false
    }

    private mutating func streams() throws(Fault) -> Streams {
        var streams = Streams()
        var type = try byte()
        if type == 0x06 {
            streams.position = try number()
            let count = try number(upTo: limit)
            type = try byte()
            if type == 0x09 {
                for _ in 0..<count { streams.packedSizes.append(try number()) }
                type = try byte()
            }
            if type == 0x0A {
                _ = try digests(count)
                type = try byte()
            }
            guard type == 0 else { throw .malformed }
            type = try byte()
        }
        if type == 0x07 {
            streams.folders = try folders()
            type = try byte()
        }
        if type == 0x08 {
            try substreams(streams.folders)
            type = try byte()
        }
        guard type == 0 else { throw .malformed }
        return streams
    }

    private mutating func folders() throws(Fault) -> [Folder] {
        guard try byte() == 0x0B else { throw .malformed }
        let count = try number(upTo: limit)
        // In another stream: nobody writes it so.
        guard try byte() == 0 else { throw .malformed }
        var folders: [Folder] = []
        for _ in 0..<count { folders.append(try folder()) }
        guard try byte() == 0x0C else { throw .malformed }
        for index in folders.indices {
            for _ in 0..<folders[index].outputs { folders[index].sizes.append(try number()) }
        }
        var type = try byte()
        if type == 0x0A {
            for (index, isDefined) in try digests(count).enumerated() { folders[index].hasDigest = isDefined }
            type = try byte()
        }
        guard type == 0 else { throw .malformed }
        return folders
    }

    private mutating func folder() throws(Fault) -> Folder {
        var folder = Folder()
        var inputs = 0
        for _ in 0..<(try number(upTo: Self.maximumCoders)) {
            let flags = try byte()
            guard flags & 0xC0 == 0 else { throw .malformed }
            let identifier = try slice(Int(flags & 0x0F))
            if flags & 0x10 != 0 {
                inputs += try number(upTo: Self.maximumCoders)
                folder.outputs += try number(upTo: Self.maximumCoders)
            } else {
                inputs += 1
                folder.outputs += 1
            }
            folder.coders.append((identifier, flags & 0x20 != 0 ? try slice(try number()) : []))
        }
        guard folder.outputs > 0 else { throw .malformed }
        let pairs = folder.outputs - 1
        for _ in 0..<pairs {
            _ = try number()
            _ = try number()
        }
        guard inputs >= pairs else { throw .malformed }
        if inputs - pairs > 1 { for _ in 0..<(inputs - pairs) { _ = try number() } }
        return folder
    }

    private mutating func substreams(_ folders: [Folder]) throws(Fault) {
        var type = try byte()
        var counts = folders.map { _ in 1 }
        if type == 0x0D {
            for index in counts.indices { counts[index] = try number(upTo: limit) }
            type = try byte()
        }
        guard counts.reduce(0, +) <= limit else { throw .tooMany }
        if type == 0x09 {
            for count in counts where count > 1 { for _ in 1..<count { _ = try number() } }
            type = try byte()
        }
        if type == 0x0A {
            _ = try digests(zip(folders, counts).reduce(0) { $0 + ($1.1 == 1 && $1.0.hasDigest ? 0 : $1.1) })
            type = try byte()
        }
        guard type == 0 else { throw .malformed }
    }

    /// - Returns: which of them are there.
    private mutating func digests(_ count: Int) throws(Fault) -> [Bool] {
        var defined = [Bool](repeating: true, count: count)
        if try byte() == 0 {
            let bits = try slice((count + 7) / 8)
            for index in defined.indices { defined[index] = bits[index / 8] & (0x80 >> (index % 8)) != 0 }
        }
        try skip(4 * defined.count { $0 })
        return defined
    }

    private mutating func slice(_ count: Int) throws(Fault) -> [UInt8] {
        let start = index
        try skip(count)
        return Array(bytes[start..<index])
    }

    /// The header that is packed in the file. Only LZMA by itself, as every program writes it.
    private mutating func unpacked(_ file: [UInt8]) throws(Fault) -> [UInt8] {
        let streams = try streams()
        guard streams.folders.count == 1, let folder = streams.folders.first, let size = folder.sizes.first else { throw .malformed }
        // AES: names are encrypted too.
        if folder.coders.contains(where: { $0.identifier.starts(with: [0x06, 0xF1, 0x07]) }) { throw .encrypted }
        guard folder.coders.count == 1, let coder = folder.coders.first, let packedSize = streams.packedSizes.first,
            (1...Self.maximumHeaderBytes).contains(size), streams.position <= file.count - Self.signatureBytes,
            packedSize <= file.count - Self.signatureBytes - streams.position
        else { throw .malformed }
        let start = Self.signatureBytes + streams.position
        let packed = file[start..<(start + packedSize)]
        if coder.identifier == [0x00] { return Array(packed.prefix(size)) }
        guard coder.identifier == [0x03, 0x01, 0x01], coder.properties.count == 5 else { throw .malformed }
        // As a file of its own; the window need not be larger than the header.
        var window = 1 << 12
        while window < size { window <<= 1 }
        let head = [coder.properties[0]] + (0..<4).map { UInt8(truncatingIfNeeded: window >> (8 * $0)) }
        let alone = head + (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + packed
        guard let plain = Self.plain(alone, size) else { throw .malformed }
        return plain
    }

    private static func plain(_ alone: [UInt8], _ size: Int) -> [UInt8]? {
        alone.withUnsafeBytes { buffer in
            guard let stream = ArchiveStream.openLZMA(buffer), case .entry = stream.next() else { return nil }
            var plain: [UInt8] = []
            do throws(ArchiveStream.UnpackingFailure) {
                while plain.count < size, let block = try stream.nextBlock() { plain += block }
            } catch {
                return nil
            }
            return plain.count == size ? plain : nil
        }
    }
}
