import Simulation
import Testing

/// One network: `simulate --attacks 6` measures all kinds of attack, and judges their means.
@Suite("An address book under attack")
struct AttackTests {
    @Test("gives an attacker who has 16 groups no more than a third of the picks")
    func oneProvider() {
        let ours = EclipseWorld.run(.ours, .oneProvider, seed: 1)
        let core = EclipseWorld.run(.core, .oneProvider, seed: 1)
        let dcrd = EclipseWorld.run(.dcrd, .oneProvider, seed: 1)
        #expect(ours.share > 0.15 && ours.share <= 0.35)
        #expect(ours.share < core.share)
        // The models show what is known of the rules that they stand for: the one is stuck in dead
        // addresses, the other finds what is good, the attackers' too.
        #expect(dcrd.honestTried < 50 && core.honestTried > 125 && ours.honestTried > 125)
        #expect(dcrd.share < core.share && core.share > 0.4)
    }

    @Test("does the same with the same seed")
    func repeats() {
        let outcomes = (0..<2).map { _ in EclipseWorld.run(.ours, .oneNetwork, seed: 3) }
        #expect(outcomes[0] == outcomes[1])
        #expect(outcomes[0].share < 0.05)
    }

    @Test("is complained about where it gives more than it may, or more than others do")
    func complaints() {
        let good = EclipseWorld.Outcome(share: 0.3, slots: 3, failedDials: 40, honestTried: 170)
        let bad = EclipseWorld.Outcome(share: 0.5, slots: 5, failedDials: 60, honestTried: 20)
        let attack = EclipseWorld.Attack.oneProvider
        #expect(attack.complaints(of: good, beside: bad) == [])
        #expect(attack.complaints(of: bad, beside: good).count == 5)
    }
}
