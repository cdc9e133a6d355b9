import CUnbound

/// A copy of what libunbound answered, so that judging it needs no library.
struct UnboundResult: Sendable {
    var responseCode: Int
    var recordData: [[UInt8]]
    var canonicalName: String?
    var hasNoSuchName: Bool
    var isSecure: Bool
    /// The validator's words when the answer is bogus, else nil.
    var bogusExplanation: String?
    var timeToLiveSeconds: Int

    /// Copies at most `DNSAnswer.maximumRecords` records.
    init(copying result: ub_result) {
        responseCode = Int(result.rcode)
        recordData = Self.recordData(result)
        canonicalName = result.canonname.map { String(cString: $0) }
        hasNoSuchName = result.nxdomain != 0
        isSecure = result.secure != 0
        bogusExplanation = result.bogus == 0 ? nil : result.why_bogus.map { String(cString: $0) } ?? "no explanation"
        timeToLiveSeconds = Int(result.ttl)
    }

    /// A result from its parts, for judging.
    init(
        responseCode: Int = 0, recordData: [[UInt8]] = [], canonicalName: String? = nil, hasNoSuchName: Bool = false,
        isSecure: Bool = false,
        bogusExplanation: String? = nil, timeToLiveSeconds: Int = 0
    ) {
        self.responseCode = responseCode
        self.recordData = recordData
        self.canonicalName = canonicalName
        self.hasNoSuchName = hasNoSuchName
        self.isSecure = isSecure
        self.bogusExplanation = bogusExplanation
        self.timeToLiveSeconds = timeToLiveSeconds
    }

    private static func recordData(_ result: ub_result) -> [[UInt8]] {
        guard result.havedata != 0, let items = result.data, let lengths = result.len else { return [] }
        var copies: [[UInt8]] = []
        while copies.count < DNSAnswer.maximumRecords, let item = items[copies.count] {
            let length = max(Int(lengths[copies.count]), 0)
            copies.append(Array(UnsafeRawBufferPointer(start: item, count: length)))
        }
        return copies
    }
}

extension DNSAnswer {
    private static let noError = 0
    private static let serverFailure = 2
    private static let nameError = 3
    /// A week, the longest time RFC 2181 §8 and common caches keep anything.
    private static let longestTimeToLiveSeconds = 604_800

    /// Judges a result: bogus before everything else, then the response code, then the records.
    ///
    /// One malformed record spoils the answer, because a part of an SPF or MX set could mean the opposite of the whole.
    init(judging result: UnboundResult, name: String, type: DNSRecordType) throws(DNSError) {
        if let explanation = result.bogusExplanation { throw .transient(.bogus(explanation: explanation)) }
        let finding: Finding
        switch result.responseCode {
        case Self.noError: finding = try Self.finding(result, type)
        case Self.nameError: finding = .noSuchName
        case Self.serverFailure: throw .transient(.serverFailure)
        default: throw .transient(.refused(responseCode: result.responseCode))
        }
        self.init(
            name: name, type: type, finding: finding, canonicalName: try Self.canonicalName(result, name),
            timeToLive: .seconds(min(max(result.timeToLiveSeconds, 0), Self.longestTimeToLiveSeconds)),
            security: result.isSecure ? .secure : .insecure)
    }

    private static func finding(_ result: UnboundResult, _ type: DNSRecordType) throws(DNSError) -> Finding {
        if result.hasNoSuchName { return .noSuchName }
        var records: [DNSRecord] = []
        for data in result.recordData {
            guard let record = DNSRecordReader.record(type, data) else { throw .transient(.malformedAnswer(type)) }
            records.append(record)
        }
        return records.isEmpty ? .noSuchRecords : .records(records)
    }

    private static func canonicalName(_ result: UnboundResult, _ name: String) throws(DNSError) -> String? {
        guard let found = result.canonicalName else { return nil }
        let normalized = try DNSName.normalized(found)
        return normalized == name ? nil : normalized
    }
}
