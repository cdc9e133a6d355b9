import Mail

/// One parameter of MAIL or RCPT: keyword in upper case, and the value if there is one (RFC 5321 §4.1.2).
struct SMTPParameter {
    var keyword: String
    var value: ArraySlice<UInt8>?

    /// nil when the keyword has a character it must not have, or the value is empty or has one.
    init?(_ octets: ArraySlice<UInt8>) {
        let keyword = octets.prefix { $0 != UInt8(ascii: "=") }
        let hasValue = keyword.endIndex < octets.endIndex
        let value = hasValue ? octets[(keyword.endIndex + 1)...] : nil
        guard let first = keyword.first, first != UInt8(ascii: "-"), keyword.allSatisfy(Self.isKeywordCharacter) else { return nil }
        // Octets above 127 belong to international values (RFC 6531 §3.3).
        if let value { guard !value.isEmpty, value.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "=") && $0 != 0x7f }) else { return nil } }
        self.keyword = String(decoding: keyword, as: UTF8.self).uppercased()
        self.value = value
    }

    /// The value as text; nil when there is none or it is no UTF-8.
    var text: String? { value.flatMap { String(validating: $0, as: UTF8.self) } }

    private static func isKeywordCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension SMTPCommandParser {
    func mailParameters(_ octets: ArraySlice<UInt8>) throws(SMTPCommandError) -> MailParameters {
        var parameters = MailParameters()
        for parameter in try parameterList(octets, SMTPVerb.mail) {
            switch parameter.keyword {
            case "SIZE" where capabilities.sizeLimit != nil:
                parameters.size = try value(parameter) { $0.value.flatMap { Self.number($0) } }
            case "BODY" where capabilities.extensions.contains(.eightBitMIME):
                parameters.body = try body(parameter)
            case "SMTPUTF8" where capabilities.extensions.contains(.smtpUTF8):
                parameters.isInternational = try value(parameter) { $0.value == nil ? true : nil }
            case "RET" where capabilities.extensions.contains(.deliveryStatusNotifications):
                parameters.returnContent = try value(parameter) { $0.text.flatMap { ReturnContent(rawValue: $0.uppercased()) } }
            case "ENVID" where capabilities.extensions.contains(.deliveryStatusNotifications):
                parameters.envelopeIdentifier = try value(parameter, Self.envelopeIdentifier)
            case "AUTH" where !capabilities.authenticationMechanisms.isEmpty:
                parameters.authenticatedSender = try value(parameter, Self.authenticatedSender)
            default:
                throw .unknownParameter
            }
        }
        return parameters
    }

    func recipientParameters(_ octets: ArraySlice<UInt8>) throws(SMTPCommandError) -> RecipientParameters {
        var parameters = RecipientParameters()
        for parameter in try parameterList(octets, SMTPVerb.rcpt) {
            switch parameter.keyword {
            case "NOTIFY" where capabilities.extensions.contains(.deliveryStatusNotifications):
                parameters.notify = try value(parameter) { $0.text.flatMap { DeliveryNotifyCondition($0) } }
            case "ORCPT" where capabilities.extensions.contains(.deliveryStatusNotifications):
                parameters.originalRecipient = try value(parameter) { $0.value.flatMap { OriginalRecipient(encoded: $0) } }
            default:
                throw .unknownParameter
            }
        }
        return parameters
    }

    private func parameterList(_ octets: ArraySlice<UInt8>, _ verb: SMTPVerb) throws(SMTPCommandError) -> [SMTPParameter] {
        guard !octets.isEmpty else { return [] }
        var parameters: [SMTPParameter] = []
        let words = octets.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: tolerances.contains(.extraSpaces))
        for word in words {
            guard let parameter = SMTPParameter(word) else { throw .invalidArguments(ofCommand: verb.rawValue) }
            guard !parameters.contains(where: { $0.keyword == parameter.keyword }) else { throw .invalidParameter(parameter.keyword) }
            parameters.append(parameter)
        }
        return parameters
    }

    /// A known parameter's value by `read`, which answers nil for a wrong one. The keyword is one of ours, so it may
    /// stand in the reply.
    private func value<Value>(_ parameter: SMTPParameter, _ read: (SMTPParameter) -> Value?) throws(SMTPCommandError) -> Value {
        guard let value = read(parameter) else { throw .invalidParameter(parameter.keyword) }
        return value
    }

    private func body(_ parameter: SMTPParameter) throws(SMTPCommandError) -> MailParameters.Body {
        let body = try value(parameter) { $0.text.flatMap { MailParameters.Body(rawValue: $0.uppercased()) } }
        guard body != .binaryMIME || capabilities.extensions.contains(.binaryMIME) else { throw .unknownParameter }
        return body
    }

    private static func envelopeIdentifier(_ parameter: SMTPParameter) -> String? {
        guard let value = parameter.value, value.count <= SMTPLimits.envelopeIdentifier, let decoded = XText.decode(value),
            decoded.allSatisfy({ (0x20...0x7e).contains($0) })
        else { return nil }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func authenticatedSender(_ parameter: SMTPParameter) -> ReversePath? {
        guard let value = parameter.value, let decoded = XText.decode(value) else { return nil }
        if decoded == Array("<>".utf8) { return .null }
        do throws(MailSyntaxError) {
            return .address(try EmailAddress(pathBytes: decoded))
        } catch {
            return nil
        }
    }
}
