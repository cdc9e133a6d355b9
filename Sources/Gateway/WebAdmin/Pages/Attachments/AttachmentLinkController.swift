import Administration
import HTTPTypes
import Hummingbird
import MessageLog
import NIOCore
import Settings

/// The download of a stripped attachment, for whoever has its link: a page that says what it is, and a button.
struct AttachmentLinkController: Sendable {
    let services: SiteServices

    private static let path = "/attachment"
    private static let pieceBytes = 256 << 10

    func addRoutes(to routes: PageRoutes) {
        routes.openPage("attachment/:token") { request in
            let token = request.parameter("token")
            let attachment: StrippedAttachment
            do throws(AdministrationError) {
                attachment = try await services.administration.openAttachment(link: token)
            } catch {
                return try refusal(error, request)
            }
            let view = AttachmentLinkView(attachment, path: "\(Self.path)/\(token)", request.language)
            return services.renderer.page(.attachmentLink, view, title: view.title, visitor: Self.stranger(request))
        }
        routes.openForm("attachment/:token") { request, _ in
            let attachment: StrippedAttachment
            do throws(AdministrationError) {
                attachment = try await services.administration.openAttachment(link: request.parameter("token"))
            } catch {
                return try refusal(error, request)
            }
            // What cannot be read is told by a page, not by a download that breaks off.
            let first = try await services.administration.attachmentContent(attachment, at: 0, count: Self.pieceBytes)
            await services.administration.countDownload(attachment)
            return download(attachment, first)
        }
    }

    /// A page that says why there is nothing to be had.
    private func refusal(_ error: AdministrationError, _ request: PageRequest) throws(AdministrationError) -> Response {
        let status: HTTPResponse.Status
        switch error {
        case .denied: status = .forbidden
        case .notFound: status = .gone
        default: throw error
        }
        let view = MailLinkView(title: AttachmentText.refusedTitle[request.language], text: error.message[request.language])
        return services.renderer.page(.mailLink, view, title: view.title, visitor: Self.stranger(request), status: status)
    }

    /// Whoever is signed in at this browser has nothing to do with the link.
    private static func stranger(_ request: PageRequest) -> Visitor {
        var visitor = request.visitor
        visitor.session = nil
        return visitor
    }

    private func download(_ attachment: StrippedAttachment, _ first: ByteBuffer) -> Response {
        let administration = services.administration
        let body = ResponseBody(contentLength: attachment.sizeBytes) { writer in
            var offset = 0
            var piece = first
            while piece.readableBytes > 0, offset < attachment.sizeBytes {
                offset += piece.readableBytes
                try await writer.write(piece)
                piece = try await administration.attachmentContent(attachment, at: offset, count: Self.pieceBytes)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                // Never what the message called it: nothing of it is shown by the browser.
                .contentType: "application/octet-stream", .contentDisposition: Self.disposition(attachment.name),
                .contentSecurityPolicy: "sandbox; default-src 'none'",
            ], body: body)
    }

    /// RFC 6266: a plain name for old programs, and the real one in UTF-8.
    static func disposition(_ name: String) -> String {
        let name = name.isEmpty ? "attachment" : name
        let plain = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
        let digits = Array("0123456789ABCDEF")
        let encoded = name.utf8.map { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "._-".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded.joined())"
    }
}

/// What a link leads to.
struct AttachmentLinkView: Sendable {
    let title: String
    let path: String
    let lines: [Line]

    struct Line: Sendable {
        let name: String
        let value: String
    }

    init(_ attachment: StrippedAttachment, path: String, _ language: Language) {
        title = AttachmentText.downloadTitle[language]
        self.path = path
        lines = [
            Line(name: AttachmentText.name[language], value: attachment.name.nonEmpty ?? AttachmentText.unnamed[language]),
            Line(name: AttachmentText.size[language], value: ShownValue.size(attachment.sizeBytes, language)),
            Line(name: AttachmentText.type[language], value: attachment.mediaType),
            Line(name: AttachmentText.digest[language], value: attachment.digest),
            Line(name: AttachmentText.subject[language], value: attachment.subject),
            Line(name: AttachmentText.expires[language], value: ShownValue.time(attachment.expiresAt)),
        ]
    }
}
