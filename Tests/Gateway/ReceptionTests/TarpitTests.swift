import NIOCore
import Settings
import Testing

@testable import Reception

struct TarpitTests {
    private func delay(_ errors: Int, isKnown: Bool = false, isOn: Bool = true) -> TimeAmount? {
        var settings = TarpitSettings()
        settings.isOn = isOn
        return TarpitPolicy(settings: settings).delay(errors: errors, isKnown: isKnown)
    }

    @Test func `strangers are answered late after their errors, others never`() {
        #expect(delay(5) == nil)
        #expect(delay(6) == .seconds(10))
        #expect(delay(100, isKnown: true) == nil)
        #expect(delay(100, isOn: false) == nil)
    }

    @Test func `only so many wait at once`() {
        let places = TarpitPlaces()
        #expect(places.take(maximum: 2) && places.take(maximum: 2) && !places.take(maximum: 2))
        places.giveBack()
        #expect(places.take(maximum: 2) && places.count == 2)
    }
}
