import Control
import Facts

extension ErrorReply {
    static func refused(_ refusal: Refusal) -> ErrorReply { .peers(.refused(refusal)) }
    static func failed(_ failure: DialFailure) -> ErrorReply { .peers(.failed(failure)) }
    static func ended(_ ending: Ending) -> ErrorReply { .peers(.ended(ending)) }
}

/// As the interface names a connection, whose slot nobody knows there.
func named(_ number: UInt64) -> ConnectionID { ConnectionID(number: number, slot: 0) }
