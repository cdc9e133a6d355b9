import CFirebird

/// The client library as part of this process.
package enum FirebirdLibrary {
    /// Forbids the library to shut all attachments down when SIGINT or SIGTERM comes.
    ///
    /// The library puts its own handlers on both signals at its first call. Call this at start, and arm the
    /// process's own signal sources after the first attachment (or as dispatch sources, at any time).
    package static func refuseSignals() throws(FirebirdError) {
        let status = StatusVector()
        let code = fb_shutdown_callback(
            status.pointer, { reason, _, _ in reason == fb_shutrsn_signal ? 1 : 0 }, Int32(fb_shut_confirmation), nil)
        guard code == 0 else { throw status.error() }
    }

    /// Ends the library, the embedded engine with it, after all pools, connections and listeners were closed; the
    /// last thing before `exit`. Nothing of this module may be used afterwards. Blocks, `timeout` at most.
    package static func shutdown(timeout: Duration = .seconds(5)) {
        let (seconds, attoseconds) = timeout.components
        let milliseconds = UInt32(
            clamping: seconds.multipliedReportingOverflow(by: 1_000).partialValue + attoseconds / 1_000_000_000_000_000)
        _ = fb_shutdown(max(1, milliseconds), fb_shutrsn_app_stopped)
    }
}
