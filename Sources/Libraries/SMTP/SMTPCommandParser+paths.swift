import Mail

extension SMTPCommandParser {
    /// MAIL: reverse path and parameters (RFC 5321 §4.1.1.2).
    func mail(_ argument: ArraySlice<UInt8>?) throws(SMTPCommandError) -> SMTPCommand {
        guard let (path, rest) = path(argument, after: "FROM:") else { throw .invalidSender(nil) }
        let parameters = try mailParameters(rest)
        guard parameters.isInternational || path.allSatisfy({ $0 < 0x80 }) else { throw .internationalAddressWithoutRequest }
        do throws(MailSyntaxError) {
            return .mail(try ReversePath(pathBytes: path), parameters)
        } catch {
            throw .invalidSender(error)
        }
    }

    /// RCPT: forward path and parameters (RFC 5321 §4.1.1.3). A source route is dropped.
    ///
    /// International addresses are read whether or not the transaction asked for SMTPUTF8; the session knows that.
    func recipient(_ argument: ArraySlice<UInt8>?) throws(SMTPCommandError) -> SMTPCommand {
        guard let (path, rest) = path(argument, after: "TO:") else { throw .invalidRecipient(nil) }
        let parameters = try recipientParameters(rest)
        if String(decoding: path, as: UTF8.self).lowercased() == "postmaster" { return .recipient(.postmaster, parameters) }
        do throws(MailSyntaxError) {
            return .recipient(.address(try EmailAddress(pathBytes: path)), parameters)
        } catch {
            throw .invalidRecipient(error)
        }
    }

    /// The inside of the brackets, and the parameters behind them; nil when the word or the brackets are missing.
    private func path(_ argument: ArraySlice<UInt8>?, after word: String) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
        guard let argument, argument.count > word.utf8.count,
            String(decoding: argument.prefix(word.utf8.count), as: UTF8.self).uppercased() == word
        else { return nil }
        var rest = argument.dropFirst(word.utf8.count)
        if tolerances.contains(.extraSpaces) { rest = rest.drop { $0 == UInt8(ascii: " ") } }
        guard rest.first == UInt8(ascii: "<") else { return pathWithoutBrackets(rest) }
        guard let end = Self.endOfPath(rest) else { return nil }
        let parameters = rest[(end + 1)...]
        guard parameters.isEmpty || parameters.first == UInt8(ascii: " ") else { return nil }
        return (rest[(rest.startIndex + 1)..<end], parameters.dropFirst())
    }

    private func pathWithoutBrackets(_ rest: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
        guard tolerances.contains(.missingBrackets) else { return nil }
        let (path, parameters) = Self.split(rest)
        // Without brackets neither the null path nor a quoted local part can be told from rubbish.
        guard !path.isEmpty, path.allSatisfy({ $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "\"") }) else {
            return nil
        }
        return (path, parameters ?? [])
    }

    /// The first `>` outside a quoted local part.
    private static func endOfPath(_ octets: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for index in octets.indices {
            let octet = octets[index]
            if isEscaped {
                isEscaped = false
            } else if octet == UInt8(ascii: "\\"), isQuoted {
                isEscaped = true
            } else if octet == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if octet == UInt8(ascii: ">"), !isQuoted {
                return index
            }
        }
        return nil
    }
}
