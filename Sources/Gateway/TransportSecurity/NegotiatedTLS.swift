package import NIOSSL

extension NIOSSLHandler {
    /// What the handshake agreed on, such as `TLSv1.3`; `nil` before its end. The library tells the version and not the cipher. Only
    /// on the handler's event loop.
    package var negotiatedDescription: String? {
        switch tlsVersion {
        case .tlsv1: "TLSv1.0"
        case .tlsv11: "TLSv1.1"
        case .tlsv12: "TLSv1.2"
        case .tlsv13: "TLSv1.3"
        case nil: nil
        }
    }
}
