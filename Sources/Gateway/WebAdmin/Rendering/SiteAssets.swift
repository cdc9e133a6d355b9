import Foundation
import HTTPTypes
import Hummingbird

/// Style sheets and icon, read at start and served from memory.
struct SiteAssets: Sendable {
    private let files: [String: File]

    private struct File: Sendable {
        let bytes: ByteBuffer
        let type: String
        let tag: String
    }

    /// - Throws: `.missingStyleSheet`, `.unreadableResource`.
    init(bootstrapPath: String) throws(AdminSiteError) {
        guard let bootstrap = FileManager.default.contents(atPath: bootstrapPath) else { throw .missingStyleSheet(path: bootstrapPath) }
        var files = [Self.bootstrap: File(bytes: ByteBuffer(bytes: bootstrap), type: "text/css; charset=utf-8", tag: Self.tag(bootstrap))]
        for (name, type) in [(Self.site, "text/css; charset=utf-8"), (Self.icon, "image/svg+xml")] {
            guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Assets"),
                let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path)
            else { throw .unreadableResource(name: "Assets/\(name)") }
            files[name] = File(bytes: ByteBuffer(bytes: data), type: type, tag: Self.tag(data))
        }
        self.files = files
    }

    static let bootstrap = "bootstrap.min.css"
    static let site = "site.css"
    static let icon = "icon.svg"

    /// With a tag of the content, so that browsers may keep it for good and still see a new version at once.
    func link(_ name: String) -> String { "/assets/\(name)?v=\(files[name]?.tag ?? "")" }

    func addRoutes(to router: Router<AdminRequestContext>) {
        for (name, file) in files {
            router.get(RouterPath("assets/\(name)")) { _, _ in
                Response(
                    status: .ok, headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"],
                    body: ResponseBody(byteBuffer: file.bytes))
            }
        }
        if let icon = files[Self.icon] {
            router.get("favicon.ico") { _, _ in
                Response(
                    status: .ok, headers: [.contentType: icon.type, .cacheControl: "public, max-age=86400"],
                    body: ResponseBody(byteBuffer: icon.bytes))
            }
        }
    }

    /// FNV-1a, enough to tell two versions apart.
    private static func tag(_ data: Data) -> String {
        let hash = data.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 36)
    }
}
