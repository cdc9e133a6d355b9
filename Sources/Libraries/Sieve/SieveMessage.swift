import Mail

/// The message a script is asked about, with as much of its surroundings as scripts can see.
package struct SieveMessage: Sendable {
    /// In their order in the message. Outcomes name them by their position here.
    package var fields: [Field]
    package var sizeBytes: Int
    /// Empty for reports.
    package var envelopeFrom: String
    package var envelopeTo: String
    /// How surely it is spam, in percent; nil when nobody looked.
    package var spamPercent: Int?
    package var virus: VirusVerdict
    /// Made when the first test asks for it; nil when the message was not read.
    package var body: @Sendable () -> Body?

    package struct Field: Sendable, Hashable {
        package let name: String
        /// Without line ends, as it stands in the message.
        package let unfolded: [UInt8]

        package init(name: String, unfolded: [UInt8]) {
            self.name = name
            self.unfolded = unfolded
        }

        /// As a reader sees it (RFC 5228 section 2.7.2), without blanks around it.
        var text: String {
            let text = EncodedWord.decode(unfolded).unicodeScalars
            func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" }
            guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) }) else {
                return ""
            }
            return String(text[first...last])
        }
    }

    /// RFC 5235 section 3.3.
    package enum VirusVerdict: Int, Sendable, Hashable {
        case untested = 0, clean = 1, possible = 3, certain = 5
    }

    package struct Body: Sendable {
        package let raw: String
        package let parts: [Part]

        package init(raw: String, parts: [Part]) {
            self.raw = raw
            self.parts = parts
        }
    }

    /// A part that is no container.
    package struct Part: Sendable, Hashable {
        /// Such as `text/plain`, in lower case.
        package let mediaType: String
        package let text: String
        /// Whether `body :text` looks at it: texts as readers see them.
        package let isText: Bool

        package init(mediaType: String, text: String, isText: Bool) {
            self.mediaType = mediaType
            self.text = text
            self.isText = isText
        }
    }

    package init(
        fields: [Field], sizeBytes: Int, envelopeFrom: String, envelopeTo: String, spamPercent: Int?, virus: VirusVerdict,
        body: @escaping @Sendable () -> Body?
    ) {
        self.fields = fields
        self.sizeBytes = sizeBytes
        self.envelopeFrom = envelopeFrom
        self.envelopeTo = envelopeTo
        self.spamPercent = spamPercent
        self.virus = virus
        self.body = body
    }
}
