import Dispatch
package import Logging
import NIOCore
package import NIOSSL
package import Settings
import Synchronization

/// What TLS connections of this node are made with: the server's context with the node's certificate, and the clients' with and without
/// verification. All are kept ready, so that nothing is read from a file on an event loop; `reload()` and `watch()` follow the files.
package final class TLSContexts: Sendable {
    /// How a client looks at the server's certificate.
    package enum ClientVerification: Sendable, Hashable, CaseIterable {
        /// Any certificate is taken: opportunistic TLS (RFC 7435), or TLS required without a known name.
        case unverified
        /// The chain must lead to a trusted authority and the name must be in the certificate (RFC 6125).
        case fullChainAndName
    }

    private struct State {
        var server: NIOSSLContext
        var identity: CertificateAndKey
        var verifiedClient: Result<NIOSSLContext, TransportSecurityError>
        var stamp: CertificateFolder.Stamp
    }

    private let state: Mutex<State>
    private let certificates: NodeCertificates
    private let authoritiesFile: String?
    private let unverifiedClient: NIOSSLContext
    private let now: @Sendable () -> UTCTime
    private let logger: Logger
    /// The one thread on which files are read.
    private let files: DispatchQueue

    /// How often `watch` looks at the files.
    package static let watchInterval = Duration.seconds(60)

    /// Reads, or at the first start makes, the node's certificate.
    /// - Parameters:
    ///   - authoritiesFile: certificates in PEM that are trusted beside the system's, for servers with an authority of the company's own.
    ///   - now: the clock, for tests.
    /// - Throws: everything that is wrong with certificate or key: a node does not start with them unreadable. A trust store that
    ///   cannot be loaded is logged and refuses only verified connections.
    package static func open(
        _ certificates: NodeCertificates, authoritiesFile: String? = nil, logger: Logger,
        now: @escaping @Sendable () -> UTCTime = { .now() }
    ) async throws(TransportSecurityError) -> TLSContexts {
        let files = DispatchQueue(label: "transport-security-files")
        return try await blocking(on: files) { () throws(TransportSecurityError) in
            try certificates.prepare(now: now())
            let stamp = certificates.folder.stamp(and: authoritiesFile)
            let identity = try certificates.load(now: now())
            let verified = verifiedClient(authoritiesFile, logger)
            let state = State(server: try serverContext(identity), identity: identity, verifiedClient: verified, stamp: stamp)
            let unverified = try clientContext(verification: .none, authoritiesFile: nil)
            return TLSContexts(state, certificates, authoritiesFile, unverified, now, logger, files)
        }
    }

    private init(
        _ state: consuming State, _ certificates: NodeCertificates, _ authoritiesFile: String?, _ unverifiedClient: NIOSSLContext,
        _ now: @escaping @Sendable () -> UTCTime, _ logger: Logger, _ files: DispatchQueue
    ) {
        self.state = Mutex(state)
        self.certificates = certificates
        self.authoritiesFile = authoritiesFile
        self.unverifiedClient = unverifiedClient
        self.now = now
        self.logger = logger
        self.files = files
    }

    /// For server connections that begin now: TLS 1.2 or later, no certificate asked of the client.
    package var server: NIOSSLContext { state.withLock { $0.server } }

    /// The certificate in use, for pages.
    package var summary: CertificateSummary { state.withLock { $0.identity.summary } }

    /// The handler a client puts first in its pipeline, at once or after the reply to STARTTLS.
    /// - Parameter serverName: the next hop's host name, sent as SNI and verified; an address is verified against the certificate's
    ///   addresses and not sent.
    /// - Throws: `.trustStore` when nothing can be verified at present (transient), `.refused` for a name that TLS cannot carry.
    package func clientHandler(
        _ verification: ClientVerification, serverName: String
    ) throws(TransportSecurityError) -> NIOSSLClientHandler {
        let sentName = NetworkAddress(serverName) == nil ? serverName : nil
        do {
            switch verification {
            case .unverified: return try NIOSSLClientHandler(context: unverifiedClient, serverHostname: sentName)
            case .fullChainAndName:
                let context = try state.withLock { $0.verifiedClient }.get()
                return try NIOSSLClientHandler._makeSSLClientHandler(context: context, serverHostname: sentName) { certificate, channel in
                    channel.eventLoop.makeCompletedFuture { try ServerNameCheck.verify(certificate, for: serverName) }
                }
            }
        } catch let error as TransportSecurityError {
            throw error
        } catch {
            throw .refused(reason: "\(error)")
        }
    }

    /// The handler a server puts first in its pipeline.
    package func serverHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: server) }

    /// For servers that keep one configuration for life (HTTPS): each handshake asks for the certificate in use at its time.
    package func followingServerConfiguration(applicationProtocols: [String] = []) -> TLSConfiguration {
        var configuration = Self.serverConfiguration(state.withLock { $0.identity })
        configuration.applicationProtocols = applicationProtocols
        configuration.sslContextCallback = { [self] _, promise in
            let identity = state.withLock { $0.identity }
            var present = NIOSSLContextConfigurationOverride()
            present.certificateChain = identity.chain.map { .certificate($0) }
            present.privateKey = .privateKey(identity.key)
            promise.succeed(present)
        }
        return configuration
    }

    /// Reads the files again if they have changed or a certificate of our own must be renewed. On failure everything stays as it is.
    /// - Parameter isForced: reads them in any case.
    /// - Returns: whether they were read.
    @discardableResult
    package func reload(isForced: Bool = false) async throws(TransportSecurityError) -> Bool {
        try await Self.blocking(on: files) { [self] () throws(TransportSecurityError) in
            let time = now()
            let present = state.withLock { ($0.stamp, $0.identity.summary) }
            let mustRenew = present.1.isMadeByThisNode && present.1.expires(within: SelfSignedCertificate.renewalMargin, at: time)
            guard isForced || mustRenew || certificates.folder.stamp(and: authoritiesFile) != present.0 else { return false }
            if mustRenew { try certificates.prepare(now: time) }
            let stamp = certificates.folder.stamp(and: authoritiesFile)
            // Not tried again before the files change again: one warning for each mistake.
            state.withLock { $0.stamp = stamp }
            let identity = try certificates.load(now: time)
            let server = try Self.serverContext(identity)
            let verified = Self.verifiedClient(authoritiesFile, logger)
            state.withLock { state in
                state.identity = identity
                state.server = server
                state.verifiedClient = verified
            }
            return true
        }
    }

    /// Follows the files until cancelled. Failures are logged and the certificate in use is kept.
    package func watch(every interval: Duration = watchInterval, clock: any Clock<Duration> = ContinuousClock()) async {
        while !Task.isCancelled {
            do {
                try await clock.sleep(for: interval)
            } catch {
                return  // cancelled: the node stops
            }
            do throws(TransportSecurityError) {
                if try await reload() { logger.notice("the certificate was read again", metadata: ["subject": "\(summary.subject)"]) }
            } catch {
                logger.error("the certificate in use is kept", metadata: ["cause": "\(error)"])
            }
        }
    }
}

extension TLSContexts {
    private static func serverConfiguration(_ identity: CertificateAndKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.chain.map { .certificate($0) }, privateKey: .privateKey(identity.key))
        configuration.minimumTLSVersion = .tlsv12  // RFC 8996 ended the older ones
        return configuration
    }

    private static func serverContext(_ identity: CertificateAndKey) throws(TransportSecurityError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: serverConfiguration(identity))
        } catch {
            throw .refused(reason: "\(error)")
        }
    }

    private static func clientContext(
        verification: CertificateVerification, authoritiesFile: String?
    ) throws(TransportSecurityError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = verification
        do {
            if let authoritiesFile {
                configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(authoritiesFile))]
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .trustStore(reason: authoritiesFile.map { "\($0): \(error)" } ?? "\(error)")
        }
    }

    private static func verifiedClient(_ authoritiesFile: String?, _ logger: Logger) -> Result<NIOSSLContext, TransportSecurityError> {
        let result = Result { () throws(TransportSecurityError) in
            // The name is checked by `ServerNameCheck`, more strictly than the library would.
            try clientContext(verification: .noHostnameVerification, authoritiesFile: authoritiesFile)
        }
        if case .failure(let error) = result { logger.error("server certificates cannot be verified", metadata: ["cause": "\(error)"]) }
        return result
    }

    private static func blocking<Value: Sendable>(
        on queue: DispatchQueue, _ body: @escaping @Sendable () throws(TransportSecurityError) -> Value
    ) async throws(TransportSecurityError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, TransportSecurityError>, Never>) in
            queue.async { continuation.resume(returning: Result { () throws(TransportSecurityError) in try body() }) }
        }
        return try result.get()
    }
}
