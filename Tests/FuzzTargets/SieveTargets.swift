import Sieve

enum SieveTargets {
    private static let message = SieveMessage(
        fields: [
            SieveMessage.Field(name: "From", unfolded: Array("=?utf-8?b?5bGx55Sw?= <taro@example.jp>".utf8)),
            SieveMessage.Field(name: "To", unfolded: Array("you+list@example.com, other@example.net".utf8)),
            SieveMessage.Field(name: "Subject", unfolded: Array("aaaaaaaaaaaaaaaaaaaaaaaa 12 free offer".utf8)),
        ], sizeBytes: 20_000, envelopeFrom: "taro@example.jp", envelopeTo: "you+list@example.com", spamPercent: 70, virus: .clean
    ) {
        SieveMessage.Body(
            raw: "raw text", parts: [SieveMessage.Part(mediaType: "text/plain", text: "a text\nof two lines", isText: true)])
    }

    /// The input is a script. What can be parsed is printed and parsed as the same; what can be compiled runs within its limits.
    static func script(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        var limits = SieveLimits()
        limits.steps = 100_000
        if let syntax = try? SieveSyntax(parsing: text, limits: limits) {
            var wide = limits
            wide.scriptBytes *= 8
            precondition((try? SieveSyntax(parsing: syntax.description, limits: wide)) == syntax, "reads otherwise when it is written")
        }
        guard let program = try? SieveProgram(compiling: text, limits: limits) else { return }
        let outcome = SieveInterpreter(limits: limits) { $0 == "received" }.run(program, message, traces: true)
        precondition(outcome.actions.count <= limits.actions && outcome.trace.count <= limits.traceEntries, "too much")
        for field in outcome.edits.first + outcome.edits.last {
            precondition(!(field.name + field.value).utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }, "a header field more")
        }
        for action in outcome.actions {
            if case .reject(let reason) = action.kind {
                precondition(!reason.utf8.contains { $0 == 0x0A || $0 == 0x0D }, "a reason of several lines")
            }
        }
    }
}
