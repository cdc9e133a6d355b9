import DomainsAndUsers
import Logging
import ServiceLifecycle
import Settings

/// Sees to it that there is a key for marking return addresses as soon as a domain wants it, and a fresh one each month. Only the primary does
/// it; two that believe to be it make one key.
struct ReturnPathKeyRotation: Service {
    let store: any ReturnPathKeyStore
    let domains: CurrentDomains
    let settings: CurrentSettings
    let logger: Logger
    var isPrimary: @Sendable () -> Bool = { true }

    private static let interval = Duration.seconds(2)
    /// What was marked with a key that is no longer used must still be known.
    private static let afterlife = ReturnPathKey.lifetime + .seconds(10 * 86_400)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if isPrimary() { await rotate(at: .now()) }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    private func rotate(at now: UTCTime) async {
        guard settings.snapshot.settings.domains.values.contains(where: { $0.backscatter != .off }) else { return }
        let newest = domains.directory.returnPathKeys.max { $0.createdAt < $1.createdAt }
        let limit = now.advanced(by: .zero - ReturnPathKey.lifetime)
        if let newest, newest.createdAt > limit { return }
        do throws(DirectoryError) {
            let isAdded = try await store.addReturnPathKey(
                .fresh(after: newest, at: now), unlessNewerThan: limit, removingBefore: now.advanced(by: .zero - Self.afterlife))
            if isAdded { logger.notice("a fresh key marks return addresses") }
        } catch {
            logger.warning("a key for return addresses could not be made and is tried again", metadata: ["cause": "\(error)"])
        }
    }
}
