/// What came of one signature.
package struct DKIMOutcome: Sendable {
    package let result: DKIMResult
    /// Why it is no pass.
    package let fault: DKIMFault?
    /// What the field says; nil when it could not be read.
    package let signature: DKIMSignature?
    /// Bits of the key, where one was found; below 2048 an RSA key is weak by today's measure.
    package let keyBits: Int?
    /// The domain is only trying DKIM out.
    package let isTesting: Bool
    /// Bytes of the canonical body behind what `l=` covers: anyone could have added them.
    package let unsignedBodyBytes: Int

    init(
        _ signature: DKIMSignature?, fault: DKIMFault?, keyBits: Int? = nil, isTesting: Bool = false, unsignedBodyBytes: Int = 0
    ) {
        result = fault?.result ?? .pass
        self.fault = fault
        self.signature = signature
        self.keyBits = keyBits
        self.isTesting = isTesting
        self.unsignedBodyBytes = unsignedBodyBytes
    }
}
