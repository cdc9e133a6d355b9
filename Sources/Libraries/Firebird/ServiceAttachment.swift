import CFirebird

/// One attachment to the service manager, for one action.
final class ServiceAttachment {
    private var handle: isc_svc_handle = 0
    private let status = StatusVector()
    private let session: Session

    private static let maximumReportBytes = 16 * 1_024 * 1_024
    private static let answerBytes = 32_000
    /// How long one question may wait for output, so that deadline and cancellation are looked at.
    private static let questionSeconds: Int32 = 1

    init(_ session: Session) throws(FirebirdError) {
        self.session = session
        let name = try session.configuration.serviceString()
        let options = try session.configuration.serviceBlock().characters
        let code = isc_service_attach(
            status.pointer, UInt16(name.count), name, &handle, UInt16(options.count), options)
        guard code == 0 else {
            let error = status.error()
            throw error.kind == .connectionLost ? error.reclassified(.cannotConnect) : error
        }
    }

    deinit { if handle != 0 { isc_service_detach(status.pointer, &handle) } }

    /// Starts `action` and returns all its output; an error among it is thrown.
    func run(_ action: [CChar]) throws(FirebirdError) -> String {
        guard isc_service_start(status.pointer, &handle, nil, UInt16(action.count), action) == 0 else { throw status.error() }
        var output: [UInt8] = []
        var isRunning = true
        while isRunning {
            if let error = session.job?.interruptionError { throw error }
            let (text, hasMore) = try ask()
            guard output.count + text.count <= Self.maximumReportBytes else {
                throw FirebirdError(.tooLarge, "the service's report is longer than \(Self.maximumReportBytes) bytes")
            }
            output.append(contentsOf: text)
            isRunning = hasMore
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// One question: the output so far, and whether more may come.
    private func ask() throws(FirebirdError) -> (text: ArraySlice<UInt8>, hasMore: Bool) {
        var wait = ParameterBlock(version: [])
        wait.append(tag: isc_info_svc_timeout)
        wait.append(lengthAndNumber: Self.questionSeconds)
        let send = wait.characters
        let request = [CChar(truncatingIfNeeded: isc_info_svc_to_eof)]
        var answer = [CChar](repeating: 0, count: Self.answerBytes)
        guard
            isc_service_query(
                status.pointer, &handle, nil, UInt16(send.count), send, UInt16(request.count), request, UInt16(answer.count), &answer) == 0
        else { throw status.error() }
        return Self.parse(answer.map { UInt8(bitPattern: $0) })
    }

    /// The answer: item, two bytes of length, text, and then what it says of more to come.
    private static func parse(_ answer: [UInt8]) -> (text: ArraySlice<UInt8>, hasMore: Bool) {
        guard answer.count > 3, answer[0] == UInt8(truncatingIfNeeded: isc_info_svc_to_eof) else { return ([], false) }
        let end = 3 + Int(answer[1]) + Int(answer[2]) << 8
        guard end < answer.count else { return ([], false) }
        let more: Set<Int32> = [isc_info_truncated, isc_info_svc_timeout, isc_info_data_not_ready]
        return (answer[3..<end], more.contains(Int32(answer[end])))
    }
}

extension ParameterBlock {
    /// Two bytes of length and a four-byte number, as the questions to a service have it.
    mutating func append(lengthAndNumber number: Int32) {
        for byte in Self.littleEndian(UInt16(4)) + Self.littleEndian(number) { append(tag: Int32(byte)) }
    }
}
