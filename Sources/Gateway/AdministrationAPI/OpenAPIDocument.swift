import Hummingbird
import NIOCore

/// The document that describes the API, as it is in `docs`, served by the API itself.
enum OpenAPIDocument {
    /// Below the API's prefix.
    static let path = "/openapi.yaml"

    static var response: Response {
        Response(
            status: .ok, headers: [.contentType: "application/yaml", .xContentTypeOptions: "nosniff", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
    }
}
