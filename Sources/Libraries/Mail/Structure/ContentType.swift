/// The media type of a part (RFC 2045 §5), lower case, with its parameters.
package struct ContentType: Hashable, Sendable {
    package var type: String
    package var subtype: String
    package var parameters: [ParameterizedValue.Parameter]

    /// `type/subtype`.
    package var mediaType: String { "\(type)/\(subtype)" }
    package var isMultipart: Bool { type == "multipart" }
    /// Types whose body is a message of its own with header and body (RFC 2046 §5.2.1, RFC 6532 §3.7).
    package var isMessage: Bool { type == "message" && ["rfc822", "global", "news", "x-rfc822"].contains(subtype) }
    package var charset: String? { parameter("charset") }

    package init(type: String, subtype: String, parameters: [ParameterizedValue.Parameter] = []) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// Reads a field body; nil when there is no `type/subtype` in it.
    package init?(_ value: ParameterizedValue) {
        let halves = value.value.split(separator: "/", maxSplits: 1)
        guard halves.count == 2, halves.allSatisfy(Self.isToken) else { return nil }
        self.init(type: String(halves[0]), subtype: String(halves[1]), parameters: value.parameters)
    }

    /// The first parameter of that name (lower case).
    package func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// RFC 2045 §5.2: what a part without a type is.
    package static let textPlain = ContentType(type: "text", subtype: "plain")
    /// RFC 2046 §5.1.5: what it is inside `multipart/digest`.
    static let message = ContentType(type: "message", subtype: "rfc822")

    private static func isToken(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x00...0x20, 0x7F...: false
            case 0x28, 0x29, 0x3C, 0x3E, 0x40, 0x2C, 0x3B, 0x3A, 0x5C, 0x22, 0x2F, 0x5B, 0x5D, 0x3F, 0x3D: false
            default: true
            }
        }
    }
}

/// How a part wants to be shown (RFC 2183), lower case, with its parameters.
package struct ContentDisposition: Hashable, Sendable {
    /// `inline`, `attachment`, or another word; unknown words count as attachment (RFC 2183 §2.8).
    package var kind: String
    package var parameters: [ParameterizedValue.Parameter]

    package init(_ value: ParameterizedValue) {
        kind = value.value
        parameters = value.parameters
    }

    package var isAttachment: Bool { kind != "inline" && !kind.isEmpty }
}
