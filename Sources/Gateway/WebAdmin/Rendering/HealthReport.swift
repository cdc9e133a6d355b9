import Administration
import HTTPTypes
import Hummingbird

/// Answers to monitoring systems and load balancers. They need no sign-in, so they name parts and nothing else of the inside.
enum HealthReport {
    /// 200 when every part works, else 503: `{"status":"failing","parts":{"database":false,…}}`.
    static func response(_ health: NodeHealth) -> Response {
        let parts = health.parts.map { "\"\($0.name.filter(isPlain))\":\($0.isWorking)" }.joined(separator: ",")
        let text = "{\"status\":\"\(health.isWorking ? "ok" : "failing")\",\"parts\":{\(parts)}}\n"
        return Response(
            status: health.isWorking ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func metrics(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-")
    }
}
