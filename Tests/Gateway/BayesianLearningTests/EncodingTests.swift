import BayesianLearning
import Glibc
import Mail
import Testing

/// The same Japanese text, however it is sent and whatever it is called.
@Suite struct EncodingTests {
    static let text = """
        お客様の銀行口座が一時的に利用停止となりました。セキュリティ上の理由により、アカウントの確認が必要です。
        下記のリンクをクリックして、本人確認の手続きを完了してください。二十四時間以内に確認されない場合、ご利用を制限いたします。
        カード番号と暗証番号を入力してください。三井住友銀行カスタマーサービス
        """
    static let subject = "【重要】お客様の口座についてのお知らせ"
    static let encodings = ["UTF-8", "ISO-2022-JP", "CP932", "EUC-JP", "UTF-16BE", "UTF-16LE", "EUC-JISX0213"]
    /// What the part is called instead.
    static let labels = ["us-ascii", "iso-8859-1", "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "windows-1252"]

    static func convert(_ text: String, to charset: String) -> [UInt8] {
        guard let converter = iconv_open(charset, "UTF-8"), Int(bitPattern: converter) != -1 else { return [] }
        defer { iconv_close(converter) }
        var input = Array(text.utf8).map(CChar.init(bitPattern:))
        var output = [CChar](repeating: 0, count: input.count * 4)
        var written = 0
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var to = target.baseAddress
                var fromLeft = source.count
                var toLeft = target.count
                _ = iconv(converter, &from, &fromLeft, &to, &toLeft)
                _ = iconv(converter, nil, nil, &to, &toLeft)
                written = target.count - toLeft
            }
        }
        return output.prefix(written).map(UInt8.init(bitPattern:))
    }

    static func mail(_ encoding: String, label: String) -> [UInt8] {
        let subject = "Subject: =?UTF-8?B?\(base64(Array(Self.subject.utf8)))?=\n"
        let head = "From: Bank <a@example.com>\n\(subject)MIME-Version: 1.0\nContent-Type: text/plain; charset=\(label)\n"
        return Array("\(head)Content-Transfer-Encoding: base64\n\n\(base64(convert(text, to: encoding)))\n".utf8)
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
            for place in 0..<4 { text.append(place <= group.count ? digits[value >> (18 - 6 * place) & 63] : "=") }
        }
        return text
    }

    static let model: BayesModel = {
        var samples = SyntheticMail.samples(ofEach: 250)
        let spam = MessageTokenizer().tokens(of: mail("UTF-8", label: "utf-8")).hashes
        // The half of the Japanese tokens is known as spam, so that a lost token shows in the score.
        for place in 0..<40 {
            samples.append(LearnedSample(tokens: spam.enumerated().filter { ($0.offset + place) % 3 != 0 }.map(\.element), isSpam: true))
        }
        let ham = MessageTokenizer().tokens(of: Array("From: B <b@example.org>\nSubject: 会議\n\n会議の議事録をお送りします。ご確認ください。\n".utf8)).hashes
        for _ in 0..<40 { samples.append(LearnedSample(tokens: ham, isSpam: false)) }
        do { return try BayesTrainer().train(samples) } catch { preconditionFailure("\(error)") }
    }()

    @Test(arguments: encodings)
    func `the same text scores alike in every encoding and under every label`(encoding: String) {
        let reference = Self.model.score(MessageTokenizer().tokens(of: Self.mail("UTF-8", label: "utf-8")))
        #expect(reference.isSpam)
        for label in [encoding] + Self.labels {
            let tokens = MessageTokenizer().tokens(of: Self.mail(encoding, label: label))
            let score = Self.model.score(tokens)
            #expect(abs(score.probability - reference.probability) < 0.02, "\(encoding) called \(label): \(score)")
            #expect(score.knownTokens == reference.knownTokens, "\(encoding) called \(label)")
        }
    }
}
