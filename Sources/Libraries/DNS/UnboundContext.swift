import CUnbound
import Glibc

/// A configured libunbound context; owned by exactly one thread after it was made.
struct UnboundContext: ~Copyable {
    let pointer: OpaquePointer

    /// Makes a context and applies the configuration.
    ///
    /// - Throws: `.permanent(.unusableConfiguration)` naming the option that the library refused,
    ///   `.transient(.resolverFailure)` when there is no memory for a context.
    static func make(_ configuration: UnboundConfiguration) throws(DNSError) -> UnboundContext {
        guard let pointer = ub_ctx_create() else { throw .transient(.resolverFailure(explanation: "no memory for a context")) }
        let context = UnboundContext(pointer: pointer)
        _ = ub_ctx_debugout(pointer, nil)
        _ = ub_ctx_async(pointer, 1)
        try context.applyOptions(configuration)
        try context.applyUpstream(configuration.upstream)
        try context.applyFiles(configuration)
        // Last, because it closes the context to every other change.
        for zone in configuration.zonesToAsk {
            try context.check("zonesToAsk", ub_ctx_zone_remove(pointer, zone))
        }
        // The library reads trust anchors only when it closes the context; without this each question would fail.
        try context.check("trust anchors", ub_ctx_zone_remove(pointer, "closed.invalid"))
        return context
    }

    private init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        ub_ctx_delete(pointer)
    }

    private borrowing func applyOptions(_ configuration: UnboundConfiguration) throws(DNSError) {
        let cache = max(configuration.cacheBytes, 1_024 * 1_024)
        let memory = max(configuration.serverMemory.components.seconds, 1)
        let options = [
            ("do-not-query-localhost:", configuration.asksLoopbackServers ? "no" : "yes"),
            ("msg-cache-size:", String(cache)),
            ("rrset-cache-size:", String(cache)),
            ("key-cache-size:", String(cache / 4)),
            ("infra-host-ttl:", String(memory)),
            // A single forwarder that was away must be tried again before its entry expires.
            ("infra-keep-probing:", "yes"),
            // DNS flag day 2020: larger answers come over TCP and not in fragments.
            ("edns-buffer-size:", "1232"),
            ("cache-max-ttl:", "86400"),
            ("outgoing-range:", String(min(max(configuration.maximumRunningQuestions, 16), 4_096))),
        ]
        for (option, value) in options {
            try check(option, ub_ctx_set_option(pointer, option, value))
        }
    }

    private borrowing func applyUpstream(_ upstream: UnboundConfiguration.Upstream) throws(DNSError) {
        switch upstream {
        case .systemResolvers(let file):
            try check("upstream \(file)", ub_ctx_resolvconf(pointer, file))
        case .forwarders(let addresses):
            guard !addresses.isEmpty else {
                throw .permanent(.unusableConfiguration(option: "upstream", explanation: "the list of forwarders is empty"))
            }
            for address in addresses {
                try check("forwarder \(address)", ub_ctx_set_fwd(pointer, address))
            }
        case .rootServers:
            break
        }
    }

    private borrowing func applyFiles(_ configuration: UnboundConfiguration) throws(DNSError) {
        if let file = configuration.hostsFile {
            try check("hostsFile \(file)", ub_ctx_hosts(pointer, file))
        }
        for file in configuration.trustAnchorFiles {
            // The library reads the file only at the first question and would fail every one of them.
            guard access(file, R_OK) == 0 else {
                throw .permanent(.unusableConfiguration(option: "trustAnchorFiles", explanation: "\(file) cannot be read"))
            }
            try check("trustAnchorFiles", ub_ctx_add_ta_file(pointer, file))
        }
        for anchor in configuration.trustAnchors {
            try check("trustAnchors", ub_ctx_add_ta(pointer, anchor))
        }
    }

    private borrowing func check(_ option: String, _ code: Int32) throws(DNSError) {
        guard code == UB_NOERROR.rawValue else {
            throw .permanent(.unusableConfiguration(option: option, explanation: Self.explanation(of: code)))
        }
    }

    /// The library's words for an error code.
    static func explanation(of code: Int32) -> String {
        ub_strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
