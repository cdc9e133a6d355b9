import Foundation

/// What Rspamd answers to a request for `/checkv2`: a JSON object.
package enum Rspamd {
    /// Longest answer: symbols with their options.
    package static let maximumReplyBytes = 512 << 10
    package static let maximumSymbols = 200

    private struct Document: Decodable {
        let score: Double?
        let required_score: Double?
        let action: String?
        let is_skipped: Bool?
        let symbols: [String: Symbol]?
        let error: String?

        struct Symbol: Decodable {
            let score: Double?
        }
    }

    /// - Parameter body: at most `maximumReplyBytes`.
    package static func opinion(_ body: [UInt8]) throws(ScannerReplyError) -> ScannerOpinion {
        guard body.count <= maximumReplyBytes else { throw .tooLong(maximumBytes: maximumReplyBytes) }
        // What is wrong with it says less than how it begins.
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else { throw .malformed(PrintableText.make(body)) }
        if let error = document.error { throw .refused(PrintableText.make(Array(error.utf8))) }
        if document.is_skipped == true { return ScannerOpinion(score: 0, required: 0, action: nil, symbols: []) }
        guard let score = document.score, let required = document.required_score, score.isFinite, required.isFinite else {
            throw .malformed(PrintableText.make(body))
        }
        let symbols = (document.symbols ?? [:]).map { name, symbol in
            ScannerOpinion.Symbol(name: PrintableText.make(Array(name.utf8), maximum: 60), score: symbol.score ?? 0)
        }
        .sorted { (abs($1.score ?? 0), $0.name) < (abs($0.score ?? 0), $1.name) }
        return ScannerOpinion(
            score: score, required: required, action: document.action.map { PrintableText.make(Array($0.utf8), maximum: 40) },
            symbols: Array(symbols.prefix(maximumSymbols)))
    }
}
