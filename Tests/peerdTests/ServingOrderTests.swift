import Testing

@testable import peerd

@Suite("Whose turn it is among clients")
struct ServingOrderTests {
    /// Everybody always wants a step. The longest wait of anybody, in turns.
    private func longestWait(of places: Int, steps: Int, turns: Int) -> Int {
        var order = ServingOrder()
        var last = [Int](repeating: -1, count: places)
        var longest = 0
        for turn in 0..<turns {
            var left = steps
            for offset in 0..<places {
                let place = order.place(offset, of: places)
                order.note(place, stepsLeft: left)
                guard left > 0 else { continue }
                left -= 1
                longest = max(longest, turn - last[place])
                last[place] = turn
            }
            order.endTurn(of: places)
        }
        return max(longest, turns - 1 - (last.min() ?? 0))
    }

    @Test(
        "comes to each as soon as the others had a step, however many there are",
        arguments: [(1, 16), (16, 16), (17, 16), (51, 16), (64, 16), (64, 1), (5, 2)]
    )
    func busy(places: Int, steps: Int) {
        let turns = (places + steps - 1) / steps
        #expect(longestWait(of: places, steps: steps, turns: 1_000) <= turns)
    }

    @Test("begins with another one each time while there are steps enough")
    func idle() {
        var order = ServingOrder()
        var firsts: [Int] = []
        for _ in 0..<7 {
            firsts.append(order.place(0, of: 3))
            for offset in 0..<3 { order.note(order.place(offset, of: 3), stepsLeft: 1) }
            order.endTurn(of: 3)
        }
        #expect(firsts == [0, 1, 2, 0, 1, 2, 0])
        order.endTurn(of: 0)
        #expect(order.place(0, of: 1) == 0)
    }
}
