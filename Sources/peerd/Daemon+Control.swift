import ConnectionCore
import Control
import LinuxIO
import Timing

/// Serving the control socket: whose turn it is, and what becomes of clients that go.
extension Daemon {
    /// Does a bounded amount of what clients wait for.
    mutating func serveClients(at now: Moment) {
        control.rearm(at: now.instant, kernel.epoll)
        control.isBehind = false
        var steps = ControlServer.stepsPerTurn
        let places = control.places.count
        for offset in 0..<places {
            // Each turn begins with another one, so that nobody is always last.
            let place = (firstPlace + offset) % places
            if control[place].isOpen { serve(place, &steps, at: now) }
        }
        firstPlace = places == 0 ? 0 : (firstPlace + 1) % places
    }

    private mutating func serve(_ place: Int, _ steps: inout Int, at now: Moment) {
        if steps > 0, control[place].isReady {
            steps -= 1
            do throws(MessageError) {
                try step(place, at: now)
            } catch {
                // It isn't known what was asked, nor where the next message begins.
                return close(place, at: now)
            }
        }
        control[place].flush()
        if control[place].isGone { giveUpWork(of: place, at: now) }
        guard !control[place].isFinished, control.updateInterest(of: place, kernel.epoll) else {
            return close(place, at: now)
        }
        if control[place].isReady { control.isBehind = true }
    }

    /// Takes the next call of a client, or goes on with the one that is being answered.
    private mutating func step(_ place: Int, at now: Moment) throws(MessageError) {
        switch control[place].work {
        case .none:
            if let message = try control[place].nextCall() { answer(message, of: place, at: now) }
        case .list(let list, let slot):
            continueList(list, from: slot, of: place, at: now)
        case .history(let remaining, let before):
            continueHistory(remaining, before: before, of: place)
        case .bans(let after):
            continueBans(after: after, of: place, at: now)
        case .monitor:
            control[place].writeEvents(nowUnixUSec: now.wall.microseconds)
        case .connect, .reload:
            break
        }
    }

    /// What only mattered to a client that is gone ends; what it asked for besides is still done.
    private mutating func giveUpWork(of place: Int, at now: Moment) {
        switch control[place].work {
        case .none, .monitor, .reload: break
        case .list, .history, .bans: control[place].begin(.none)
        case .connect(let id):
            control[place].begin(.none)
            core.abandon(id, at: now, &actions)
            perform()
        }
    }

    private mutating func close(_ place: Int, at now: Moment) {
        giveUpWork(of: place, at: now)
        control.close(place)
    }

    /// Tells clients what happened: monitors, and who waits for a connection.
    mutating func tellClients(_ report: Report, at now: Moment) {
        if control.monitors > 0 {
            control.offer(Peers.Event(report, at: now))
        }
        answerConnect(report, at: now)
    }
}
