import Configuration
import ConnectionCore
import Control
import Engine
import Facts
import LinuxIO
import Systemd
import Timing

/// Serving the control socket: whose turn it is, and what becomes of clients that go.
extension Daemon {
    /// Does a bounded amount of what clients wait for.
    mutating func serveClients(at now: Moment) {
        control.rearm(at: now.instant, kernel.epoll)
        var steps = ControlServer.stepsPerTurn
        let places = control.places.count
        for offset in 0..<places {
            let place = servingOrder.place(offset, of: places)
            servingOrder.note(place, stepsLeft: steps)
            if control[place].isOpen { serve(place, &steps, at: now) }
        }
        servingOrder.endTurn(of: places)
        if control.hasNewcomers {
            let killed = control.accept(at: now.instant, kernel.epoll)
            for _ in 0..<killed { journal.write(.controlKilled) }
        }
        // What one asked for may have given another its answer or an event, after its turn.
        control.isBehind =
            control.hasNewcomers || control.places.contains { control[$0].needsTurn }
    }

    private mutating func serve(_ place: Int, _ steps: inout Int, at now: Moment) {
        if control[place].isGone {
            giveUpWork(of: place, at: now)
            // Only what changes something is still done, and this one can't have asked for any.
            guard mayChange(place) else { return close(place, at: now) }
        }
        do throws(MessageError) {
            try takeSteps(place, &steps, at: now)
        } catch {
            // It isn't known what was asked, nor where the next message begins.
            return close(place, at: now)
        }
        control[place].flush()
        if control[place].isGone { giveUpWork(of: place, at: now) }
        guard !control[place].isFinished, control.updateInterest(of: place, kernel.epoll) else {
            return close(place, at: now)
        }
    }

    /// One step of a client; of one that has hung up as many as the turn has left, since somebody
    /// may wait for its place.
    private mutating func takeSteps(
        _ place: Int,
        _ steps: inout Int,
        at now: Moment
    ) throws(MessageError) {
        while steps > 0 {
            if control[place].isGone { control.read(place) }
            guard control[place].isReady else { return }
            steps -= try step(place, at: now)
            guard control[place].isGone else { return }
        }
    }

    /// Takes the next call of a client, or goes on with the one that is being answered.
    ///
    /// - Returns: How many steps it counts as.
    private mutating func step(_ place: Int, at now: Moment) throws(MessageError) -> Int {
        switch control[place].work {
        case .none:
            guard let message = try control[place].nextCall() else { break }
            let steps = 1 + control[place].callBytes / ControlServer.bytesPerStep
            answer(message, of: place, at: now)
            return steps
        case .list(let list, let slot):
            continueList(list, from: slot, of: place, at: now)
        case .history(let remaining, let onlyFailed, let cursor):
            continueHistory(remaining, onlyFailed: onlyFailed, after: cursor, of: place)
        case .bans(let after):
            continueBans(after: after, of: place, at: now)
        case .configuration(let rows):
            continueConfiguration(rows, of: place)
        case .comparison(let differences):
            continueComparison(differences, of: place)
        case .monitor:
            control[place].writeEvents(nowUnixUSec: now.wall.microseconds)
        case .connect, .reload, .compare:
            break
        }
        return 1
    }

    /// What only mattered to a client that is gone ends; what it asked for besides is still done,
    /// such as a reload, whose answer nobody reads any more.
    private mutating func giveUpWork(of place: Int, at now: Moment) {
        switch control[place].work {
        case .none: break
        case .monitor: control.endMonitor(at: place)
        case .list, .history, .bans, .reload, .configuration, .compare, .comparison:
            control[place].begin(.none)
        case .connect(let id):
            control[place].begin(.none)
            engine.abandon(id, by: Waiter(place), at: now, &steps)
            perform()
        }
    }

    private mutating func close(_ place: Int, at now: Moment) {
        giveUpWork(of: place, at: now)
        control.close(place, kernel.epoll)
    }

    // MARK: Listening

    /// Takes the sockets of the socket unit, or makes one in the runtime directory, if there is
    /// one.
    mutating func openControl(
        inherited: [InheritedSocket],
        in runtime: String?
    ) throws(StartupError) {
        noteWriters()
        for socket in inherited {
            do throws(AdoptionError) {
                try adoptControl(socket)
            } catch {
                throw StartupError(inheriting: socket, error)
            }
        }
        guard inherited.isEmpty else { return }
        guard let runtime else { return journal.write(.controlMissing) }
        let path = "\(runtime)/\(Self.controlName)"
        do throws(UnixListener.Failure) {
            try bindControl(to: path)
        } catch {
            throw StartupError(controlAt: path, error)
        }
        journal.write(.controlListening(path))
    }

    /// The socket in the runtime directory.
    private static let controlName = "control"

    private mutating func adoptControl(_ socket: InheritedSocket) throws(AdoptionError) {
        let listener = try UnixListener.adopting(try Self.descriptor(of: socket))
        do throws(SystemError) {
            try control.listen(by: listener, kernel.epoll)
        } catch {
            throw .system(error)
        }
    }

    private mutating func bindControl(to path: String) throws(UnixListener.Failure) {
        guard let path = UnixPath(path) else { throw .pathTooLong }
        let listener = try UnixListener.bound(to: path)
        do throws(SystemError) {
            try control.listen(by: listener, kernel.epoll)
        } catch {
            throw .system(error)
        }
    }

    /// Notes whom the configuration lets change something, and warns of a group that can't be seen.
    mutating func noteWriters() {
        let group = configuration.control.writeGroup
        control.writers = WriteAccess(
            user: Accounts.user,
            group: group?.number ?? Accounts.group
        )
        if let group, !Accounts.maps(group: group.number) {
            journal.write(.controlGroupUnmapped(group.name))
        }
    }

    /// What is asked of a core that has shut down is refused at once, and what is read is short.
    private mutating func answerLast(of place: Int) {
        do throws(MessageError) {
            for _ in 0..<Bounds.callsWaiting where control[place].isReady {
                _ = try step(place, at: now)
            }
        } catch {
            // As at any other time: it is hung up on, and here all are.
        }
    }

    /// Answers what has been asked by now, as far as clients take it at once, and hangs up.
    mutating func closeControl() {
        do throws(SystemError) {
            try control.stopListening(kernel.epoll)
        } catch {
            journal.write(.controlNotDeleted(error))
        }
        for place in control.places where control[place].isOpen {
            switch control[place].work {
            case .reload, .compare: control[place].reply(.refused(.shuttingDown))
            case .none, .list, .history, .bans, .connect, .monitor, .configuration, .comparison:
                break
            }
            control.read(place)
            answerLast(of: place)
            control[place].writeEvents(nowUnixUSec: now.wall.microseconds)
            control[place].flush()
            control.close(place, kernel.epoll)
        }
    }
}
