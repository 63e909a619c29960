import Configuration
import ConnectionCore
import Control
import PlainText
import Facts
import Timing

/// Answering the calls of clients.
extension Daemon {
    mutating func answer(_ message: CallMessage, of place: Int, at now: Moment) {
        switch message.call {
        case .failure(let failure):
            control[place].reply(failure)
        case .success(let call):
            // Nobody is there to be told.
            guard call.changes || !control[place].isGone else { return }
            guard !call.changes || mayChange(place) else {
                return control[place].reply(Service.Failure.permissionDenied)
            }
            do throws(Refusal) {
                try answer(call, of: place, at: now)
            } catch {
                control[place].reply(.refused(error))
            }
        }
    }

    func mayChange(_ place: Int) -> Bool {
        control[place].credentials.map { control.writers.isGiven(to: $0) } ?? false
    }

    private mutating func answer(
        _ call: Call,
        of place: Int,
        at now: Moment
    ) throws(Refusal) {
        switch call {
        case .getInfo:
            control[place].reply(Service.GetInfo.Reply(version: Release.version))
        case .getInterfaceDescription(let call):
            describe(call, to: place)
        case .connect(let call):
            try connect(call, for: place, at: now)
        case .addPersistent(let call):
            try addPersistent(call, for: place, at: now)
        case .disconnect(let call):
            try disconnect(call, for: place, at: now)
        case .remove(let call):
            try remove(call, for: place, at: now)
        case .list(let call):
            continueList(call, from: 0, of: place, at: now)
        case .status:
            control[place].reply(Peers.Status.Reply(status: serviceStatus(at: now)))
        case .totals:
            control[place].reply(totals())
        case .monitor(let call):
            beginMonitor(call, of: place, at: now)
        case .explain(let call):
            try explain(call, to: place, at: now)
        case .history(let call):
            continueHistory(
                call.limit ?? 2 * Bounds.history,
                onlyFailed: call.failed ?? false,
                after: nil,
                of: place
            )
        case .ban(let call):
            try ban(call, for: place, at: now)
        case .unban(let call):
            try unban(call, for: place, at: now)
        case .listBans:
            continueBans(after: nil, of: place, at: now)
        case .addAddresses(let call):
            try addAddresses(call, for: place)
        case .setNetworkActive(let call):
            try setNetworkActive(call.active, for: place, at: now)
        case .reload:
            try reload(for: place)
        case .setLogLevel(let call):
            setLogLevel(Configuration.Log.Level(call.level))
            control[place].reply(Done())
        case .getConfiguration:
            continueConfiguration(ConfigurationRows(running), of: place)
        case .compareConfiguration:
            try compareConfiguration(for: place)
        }
    }

    private mutating func describe(_ call: Service.GetInterfaceDescription, to place: Int) {
        do throws(Service.Failure) {
            control[place].reply(try call.reply())
        } catch {
            control[place].reply(error)
        }
    }
}
