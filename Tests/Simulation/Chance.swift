internal import Timing

/// Draws that the world needs, each from one number of the generator.
extension SeededRandom {
    /// Traps for an empty array.
    mutating func element<Element>(of elements: [Element]) -> Element {
        elements[number(below: elements.count)]
    }

    mutating func chance(_ probability: Double) -> Bool {
        unit() < probability
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(below: range.count)
    }

    /// From nothing to twice the mean, all equally likely.
    mutating func duration(around mean: Duration) -> Duration {
        duration(below: mean * 2)
    }

    mutating func duration(from low: Duration, to high: Duration) -> Duration {
        low + duration(below: high - low)
    }
}
