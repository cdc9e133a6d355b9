import Testing

@testable import DomainsAndUsers

/// The table behind the limits of sign-ins, and the queue of the passwords.
struct SignInLimiterTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::1", "::/64"),
        ("", "?"), ("a host\nname", "?"),
    ])
    func `addresses are counted by the network their owner has`(address: String, network: String) {
        #expect(SignInLimit.network(address) == network)
    }

    @Test(arguments: [
        ("Admin", "admin"), ("", "?"), ("田中", "?"), (String(repeating: "a", count: 101), "?"),
        ("a" + String(repeating: "\u{301}", count: 100_000), "?"), ("a\nb", "?"),
    ])
    func `what is no name is not kept`(name: String, key: String) {
        #expect(SignInLimit.name(name) == key)
    }

    @Test func `the table is bounded and forgets those with the fewest failures`() {
        let limiter = SignInLimiter(maximumKeys: 100)
        let worst = [SignInLimit(key: "worst", maximum: 3)]
        for _ in 0..<3 { #expect(limiter.begin(worst)) }
        for number in 0..<1000 {
            #expect(limiter.begin([SignInLimit(key: "\(number)", maximum: 3)]))
            #expect(limiter.count <= 100)
        }
        #expect(!limiter.begin(worst))
    }

    @Test func `failures are forgotten after the window`() {
        let limiter = SignInLimiter()
        let start = ContinuousClock.now
        let limit = [SignInLimit(key: "a", maximum: 2)]
        for number in 0..<50 { #expect(limiter.begin([SignInLimit(key: "\(number)", maximum: 2)], now: start)) }
        #expect(limiter.begin(limit, now: start) && limiter.begin(limit, now: start) && !limiter.begin(limit, now: start))
        #expect(limiter.begin(limit, now: start.advanced(by: SignInLimiter.window + .seconds(1))))
        #expect(limiter.count == 1)
    }

    @Test func `a refused try counts for none of its limits`() {
        let limiter = SignInLimiter()
        let full = SignInLimit(key: "full", maximum: 1)
        let other = SignInLimit(key: "other", maximum: 1)
        #expect(limiter.begin([full]))
        #expect(!limiter.begin([other, full]))
        #expect(limiter.begin([other]))
        limiter.takeBack([full, other])
        #expect(limiter.count == 0)
    }

    @Test func `passwords beyond those that may wait are refused at once`() async {
        let worker = PasswordWorker(cost: PasswordHash.Cost(logarithmOfRounds: 11))
        let tries = 500
        let errors = await withTaskGroup(of: PasswordWorkerError?.self) { group in
            for _ in 0..<tries {
                group.addTask {
                    do throws(PasswordWorkerError) {
                        _ = try await worker.hash("password")
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count { $0 == nil } >= PasswordWorker.maximumPending)
        #expect(errors.contains(.busy) && !errors.contains { $0 != nil && $0 != .busy })
        await #expect(throws: Never.self) { try await worker.hash("password") }
    }
}
