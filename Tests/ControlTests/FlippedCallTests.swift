import Control
import FlippedBits
import Testing

@Suite("A call of which one bit is wrong")
struct FlippedCallTests {
    /// JSON has no checksum: another digit is another call. What counts is that each is taken for
    /// what it says, or refused, and nothing traps.
    @Test(
        "is another call or an error, and what it says is written as it was",
        arguments: CallSample.all
    )
    func calls(_ sample: CallSample) {
        let message = Array(sample.encode(false).dropLast())
        for flipped in FlippedBits(of: message) where !flipped.bytes.contains(0) {
            do throws(MessageError) {
                let read = try CallMessage(decoding: flipped.bytes)
                guard case .success(let call) = read.call else { continue }
                // Names of methods are known or aren't.
                #expect(call.method == sample.call.method, "\(flipped)")
            } catch {
                // It is hung up on.
            }
        }
    }
}
