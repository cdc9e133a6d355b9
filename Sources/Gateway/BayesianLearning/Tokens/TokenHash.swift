/// Names a token by 64 bits that are the same on every node, machine and release: they stand in snapshots.
///
/// FNV-1a over the folded bytes, then a finishing mix with the place the token was found in. Two tokens that collide are one token to the
/// classifier; with a million tokens the chance that any two do is 3 in 100 million.
enum TokenHash {
    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3

    /// Takes one more byte in.
    @inline(__always)
    static func adding(_ byte: UInt8, to hash: UInt64) -> UInt64 { (hash ^ UInt64(byte)) &* prime }

    /// The token's name from the hash of its bytes and its place.
    @inline(__always)
    static func finish(_ hash: UInt64, _ field: TokenField) -> UInt64 {
        mixed(hash &+ UInt64(field.rawValue) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// The name of a pair of tokens in this order at this distance.
    @inline(__always)
    static func pair(_ first: UInt64, _ second: UInt64, distance: UInt64) -> UInt64 {
        mixed((first &* 0xC2B2_AE3D_27D4_EB4F) ^ (second &+ distance &* 0x1656_67B1_9E37_79F9))
    }

    /// The finishing steps of MurmurHash3: every bit of the input reaches every bit of the output.
    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value ^= value >> 33
        value &*= 0xFF51_AFD7_ED55_8CCD
        value ^= value >> 33
        value &*= 0xC4CE_B9FE_1A85_EC53
        value ^= value >> 33
        return value
    }
}
