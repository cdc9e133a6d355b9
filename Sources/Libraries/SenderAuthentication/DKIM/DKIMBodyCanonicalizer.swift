/// Where canonical bytes go.
protocol DKIMCanonicalOutput {
    mutating func append(_ byte: UInt8)
}

/// Brings a body that comes in pieces into its canonical form (RFC 6376 §3.4.3, §3.4.4).
///
/// A bare LF counts as a line end like CRLF. Empty lines are only counted until something follows them, so a body of nothing else
/// costs no memory.
struct DKIMBodyCanonicalizer: Sendable {
    private let isRelaxed: Bool
    private var isReturnPending = false
    private var isBlankPending = false
    private var pendingLineEnds = 0
    private var hasContent = false

    init(_ canonicalization: DKIMCanonicalization) { isRelaxed = canonicalization == .relaxed }

    /// Gives to `output` what is certain after these bytes.
    mutating func update(_ bytes: ArraySlice<UInt8>, into output: inout some DKIMCanonicalOutput) {
        for byte in bytes {
            if isReturnPending {
                isReturnPending = false
                if byte == 0x0A {
                    endLine()
                    continue
                }
                append(0x0D, &output)
            }
            switch byte {
            case 0x0D: isReturnPending = true
            case 0x0A: endLine()
            case 0x20, 0x09:
                if isRelaxed { isBlankPending = true } else { append(byte, &output) }
            default: append(byte, &output)
            }
        }
    }

    /// Gives the end of the body.
    mutating func finish(into output: inout some DKIMCanonicalOutput) {
        if isReturnPending {
            isReturnPending = false
            append(0x0D, &output)
        }
        if hasContent || !isRelaxed {
            output.append(0x0D)
            output.append(0x0A)
        }
    }

    private mutating func endLine() {
        isBlankPending = false
        pendingLineEnds += 1
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8, _ output: inout some DKIMCanonicalOutput) {
        if pendingLineEnds > 0 {
            for _ in 0..<pendingLineEnds {
                output.append(0x0D)
                output.append(0x0A)
            }
            pendingLineEnds = 0
        }
        if isBlankPending {
            isBlankPending = false
            output.append(0x20)
        }
        hasContent = true
        output.append(byte)
    }
}
