import ConnectionCore
import Testing
import Timing

@Suite("A sorted array")
struct SortedArrayTests {
    private final class Counter {
        var comparisons = 0
    }

    private struct Number: Comparable {
        let value: Int
        let counter: Counter

        static func == (left: Number, right: Number) -> Bool { left.value == right.value }

        static func < (left: Number, right: Number) -> Bool {
            left.counter.comparisons += 1
            return left.value < right.value
        }
    }

    @Test("has what was put in and not taken out, in its order")
    func order() {
        var random = SeededRandom(seed: 1)
        var array = SortedArray<Int>()
        var expected: Set<Int> = []
        for _ in 0..<2_000 {
            let number = random.number(below: 500)
            if expected.remove(number) != nil {
                array.remove(number)
            } else {
                expected.insert(number)
                array.insert(number)
            }
            #expect(array.elements == expected.sorted())
        }
        #expect(array == SortedArray(expected))
        #expect(array.first == expected.min() && array.last == expected.max())
        for previous in [-1, 0, 7, 250, 499, 500] {
            #expect(Array(array.after(previous)) == expected.filter { $0 > previous }.sorted())
        }
        #expect(Array(array.after(nil)) == array.elements)
        array.removeAll { !$0.isMultiple(of: 2) }
        array.removeFirst(3)
        let left = expected.filter { $0.isMultiple(of: 2) }.sorted().dropFirst(3)
        #expect(array.elements == Array(left))
    }

    @Test("of ten thousand is changed within 15 comparisons")
    func comparisons() {
        let counter = Counter()
        func number(_ value: Int) -> Number { Number(value: value, counter: counter) }
        var array = SortedArray((0..<10_000).map { number(2 * $0) })
        for value in stride(from: 1, to: 20_000, by: 998) {
            counter.comparisons = 0
            array.insert(number(value))
            #expect(counter.comparisons <= 15)
            counter.comparisons = 0
            #expect(array.after(number(value)).first?.value ?? value + 1 == value + 1)
            #expect(counter.comparisons <= 15)
            counter.comparisons = 0
            array.remove(number(value))
            #expect(counter.comparisons <= 15)
        }
    }
}
