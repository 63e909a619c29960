import ArgumentParser
import Control
import Facts

extension Peerctl {
    /// `peerctl add-addresses - <addresses`
    struct AddAddresses: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells the daemon addresses that it may dial.",
            discussion: """
                With - they are read from standard input, one a line; empty lines and what follows a # \
                are skipped. They are sent \(Bounds.addresses) at a time: of such a part all are taken, \
                or none if one of them is wrong. They last until the daemon ends.
                """
        )

        @Argument(
            help: ArgumentHelp("ADDRESS:PORT, or - alone.", valueName: "address"),
            transform: { try String(callText: $0) }
        )
        var addresses: [String]

        @OptionGroup var control: ControlOptions

        var purpose: String { "add the addresses" }
        var method: Method { .addAddresses }

        func validate() throws {
            guard addresses == ["-"] || !addresses.contains("-") else {
                throw ValidationError("- stands alone: the addresses are those of standard input.")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            var input = addresses == ["-"] ? AddressInput() : AddressInput(addresses)
            var added = 0
            var known = 0
            do throws(CommandFailure) {
                while let part = try input.next() {
                    let reply = try session.ask(Peers.AddAddresses(addresses: part))
                    added += reply.added
                    known += reply.known
                }
            } catch {
                // What was taken before stays.
                if added + known > 0 { try session.tell(Self.lines(added, known)) }
                throw error
            }
            try session.tell(Self.lines(added, known))
        }

        private static func lines(_ added: Int, _ known: Int) -> [Text] {
            let noun = added == 1 ? "address" : "addresses"
            let done = Text("Added \(grouped(added)) \(noun), \(grouped(known)) were known")
            guard added > 0 else { return [done] }
            return [
                done,
                Text("  Until the daemon ends: outbound.addresses-file keeps them for longer."),
            ]
        }
    }
}
