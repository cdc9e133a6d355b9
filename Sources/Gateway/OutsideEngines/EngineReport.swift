package import ScannerProtocols
package import Settings

/// What came of giving a message to an engine.
package enum EngineReport: Sendable, Hashable {
    case clean
    /// The signature's name.
    case virus(String)
    case opinion(ScannerOpinion)
    /// More than the settings or the engine itself allow.
    case tooLarge
    case failed(EngineFailure)
}

/// Why an engine did not answer.
package enum EngineFailure: Error, Sendable, Hashable {
    /// No connection; why.
    case unreachable(String)
    case timedOut
    /// The connection ended, or failed, before the answer was there.
    case brokenOff
    /// It answered something of no use.
    case unusable(ScannerReplyError)
    /// An HTTP status other than 200.
    case status(Int)
    /// All connections are in use, and the time was over before one was free.
    case busy
    /// It failed several times in a row and is left alone; the last failure's words.
    case paused(LocalizedText)
    /// The message could not be read, which is not the engine's fault.
    case contentUnavailable(String)

    /// Whether it speaks against the engine.
    package var isEnginesFault: Bool {
        switch self {
        case .unreachable, .timedOut, .brokenOff, .unusable, .status: true
        case .busy, .paused, .contentUnavailable: false
        }
    }

    /// The label of metrics.
    var kind: String {
        switch self {
        case .unreachable: "unreachable"
        case .timedOut: "timeout"
        case .brokenOff: "broken-off"
        case .unusable, .status: "unusable"
        case .busy: "busy"
        case .paused: "paused"
        case .contentUnavailable: "content"
        }
    }

    /// All kinds, for metrics made in advance.
    static let kinds = ["unreachable", "timeout", "broken-off", "unusable", "busy", "paused", "content"]

    /// The end of “It could not be asked: …”, without a full stop.
    package var text: LocalizedText {
        switch self {
        case .unreachable(let cause): LocalizedText("no connection (\(cause))", ja: "接続できません（\(cause)）")
        case .timedOut: LocalizedText("no answer in time", ja: "制限時間内に応答がありません")
        case .brokenOff: LocalizedText("the connection was broken off", ja: "接続が切断されました")
        case .unusable(let error): LocalizedText(error.description, ja: "応答が不正です（\(error.description)）")
        case .status(let status): LocalizedText("it answered with status \(status)", ja: "ステータス \(status) が返されました")
        case .busy: LocalizedText("all connections are in use", ja: "すべての接続が使用中です")
        case .paused(let cause): LocalizedText("it is paused after failures (\(cause.english))", ja: "失敗が続いたため停止中です（\(cause.japanese)）")
        case .contentUnavailable(let cause): LocalizedText("the message could not be read (\(cause))", ja: "メッセージを読み取れません（\(cause)）")
        }
    }
}

/// What is known of an engine on this node.
package struct EngineStanding: Sendable, Hashable {
    package let engine: OutsideEngine
    package let isEnabled: Bool
    package let server: EngineAddress
    package let health: Health
    /// Messages it answered for since the node's start, and those it did not.
    package let answered: Int
    package let failed: Int
    /// As it called itself last; empty where it does not say.
    package let version: String

    package init(
        engine: OutsideEngine, isEnabled: Bool, server: EngineAddress, health: Health, answered: Int, failed: Int, version: String
    ) {
        self.engine = engine
        self.isEnabled = isEnabled
        self.server = server
        self.health = health
        self.answered = answered
        self.failed = failed
        self.version = version
    }

    package enum Health: Sendable, Hashable {
        /// Not asked yet.
        case unknown
        case working(since: UTCTime)
        /// It failed last; mail still waits for it.
        case failing(since: UTCTime, EngineFailure)
        /// No message waits for it until it answers a look.
        case paused(since: UTCTime, EngineFailure)
    }
}

/// What trying the connection found.
package struct EngineTrial: Sendable, Hashable {
    package let engine: OutsideEngine
    package let server: EngineAddress
    /// What it calls itself.
    package let result: Result<String, EngineFailure>
    package let duration: Duration

    package init(engine: OutsideEngine, server: EngineAddress, result: Result<String, EngineFailure>, duration: Duration) {
        self.engine = engine
        self.server = server
        self.result = result
        self.duration = duration
    }
}

/// What pages, commands and the API know and ask of the engines. Implemented by `OutsideEngines`.
package protocol EngineOverseer: Sendable {
    /// What is known of each, in their order.
    func standings(_ settings: GatewaySettings) -> [EngineStanding]
    /// Asks for a sign of life now; takes five seconds at most, and some more when a name's address is slow to be found.
    func tryConnection(_ engine: OutsideEngine, _ settings: GatewaySettings) async -> EngineTrial
}
