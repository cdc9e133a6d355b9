import Glibc
import Synchronization

/// Turns bytes of one charset into UTF-8 by the C library's iconv; bounded, never failing, malformed bytes become U+FFFD.
///
/// A descriptor has state and serves one caller at a time, so a converter is taken from `CharsetConverterPool`, used, and put back.
struct CharsetConverter: ~Copyable {
    /// What came out, and how many places had to be replaced.
    struct Output {
        var utf8: [UInt8] = []
        var replacements = 0
    }

    fileprivate let descriptor: iconv_t
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    private static let chunkBytes = 16_384

    fileprivate init?(from charset: String) {
        guard let opened = iconv_open("UTF-8", charset), Int(bitPattern: opened) != -1 else { return nil }
        descriptor = opened
    }

    fileprivate init(reusing descriptor: iconv_t) { self.descriptor = descriptor }

    /// Converts all of `bytes`. Output is at most a small multiple of the input: one byte makes at most two characters in any set.
    func convert(_ bytes: ArraySlice<UInt8>) -> Output {
        var output = Output()
        output.utf8.reserveCapacity(bytes.count + bytes.count / 2)
        iconv(descriptor, nil, nil, nil, nil)
        var input = Array(bytes)
        // Subject lines are far more frequent than bodies, and no character takes more than four octets.
        var chunk = [UInt8](repeating: 0, count: min(Self.chunkBytes, max(64, bytes.count * 4)))
        var consumed = 0
        while consumed < input.count {
            let step = convertChunk(&input, from: consumed, into: &chunk)
            consumed += step.read
            output.utf8.append(contentsOf: chunk[..<step.written])
            guard let failure = step.failure, consumed < input.count else { continue }
            if failure == E2BIG && step.read + step.written > 0 { continue }
            output.utf8.append(contentsOf: Self.replacement)
            output.replacements += 1
            // An incomplete sequence can only stand at the end; a wrong one is stepped over by one byte, so each turn makes progress.
            consumed = failure == EINVAL ? input.count : consumed + 1
        }
        return output
    }

    private struct Step {
        var read: Int
        var written: Int
        var failure: Int32?
    }

    private func convertChunk(_ input: inout [UInt8], from start: Int, into chunk: inout [UInt8]) -> Step {
        var inputLeft = input.count - start
        var outputLeft = chunk.count
        let available = inputLeft
        let capacity = outputLeft
        let failure: Int32? = input.withUnsafeMutableBytes { source in
            chunk.withUnsafeMutableBytes { target in
                var sourcePointer = source.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                var targetPointer = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                let result = iconv(descriptor, &sourcePointer, &inputLeft, &targetPointer, &outputLeft)
                return result == -1 ? errno : nil
            }
        }
        return Step(read: available - inputLeft, written: capacity - outputLeft, failure: failure)
    }
}

/// Keeps opened converters by charset name, because opening one costs more than converting a subject line.
///
/// A pure cache without meaning of its own: what a conversion yields does not depend on what is in it.
enum CharsetConverterPool {
    /// Descriptors kept per charset; more than the threads of a node that decode at once.
    private static let maximumIdlePerCharset = 8

    /// `@unchecked Sendable`: the descriptor inside is owned by the pool or by exactly one `CharsetConverter`, never by both.
    private struct IdleDescriptor: @unchecked Sendable {
        let descriptor: iconv_t
    }

    private static let idle = Mutex<[String: [IdleDescriptor]]>([:])

    /// Converts `bytes` from `charset`, or returns nil when the C library does not know the set.
    static func convert(_ bytes: ArraySlice<UInt8>, from charset: String) -> CharsetConverter.Output? {
        guard let converter = take(charset) else { return nil }
        let output = converter.convert(bytes)
        putBack(converter.descriptor, charset: charset)
        return output
    }

    private static func take(_ charset: String) -> CharsetConverter? {
        if let kept = idle.withLock({ $0[charset]?.popLast() }) { return CharsetConverter(reusing: kept.descriptor) }
        return CharsetConverter(from: charset)
    }

    private static func putBack(_ descriptor: iconv_t, charset: String) {
        let returned = IdleDescriptor(descriptor: descriptor)
        let isKept = idle.withLock { kept in
            guard kept[charset, default: []].count < maximumIdlePerCharset else { return false }
            kept[charset, default: []].append(returned)
            return true
        }
        if !isKept { iconv_close(returned.descriptor) }
    }
}
