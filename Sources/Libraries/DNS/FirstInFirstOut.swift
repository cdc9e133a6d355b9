/// A queue in an array: both ends in constant time on average, memory within twice of what is waiting.
struct FirstInFirstOut<Element> {
    /// Served elements below this number are not worth moving the rest.
    private static var smallestCompaction: Int { 64 }

    private var elements: [Element?] = []
    private var head = 0

    /// The oldest element, nil when there is none.
    var first: Element? {
        head < elements.count ? elements[head] : nil
    }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count || (head >= Self.smallestCompaction && head * 2 >= elements.count) {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}
