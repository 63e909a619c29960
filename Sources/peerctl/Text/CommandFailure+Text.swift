import Control
import Facts
import LinuxIO
import Timing

extension CommandFailure {
    /// Why, in plain words, and in the next lines what to do about it. The purpose is what the
    /// command was to do, `connect to 203.0.113.7:9108`, by asking the daemon for the method.
    func lines(
        purpose: String,
        method: Method,
        of instance: Instance,
        seenFrom viewpoint: Viewpoint
    ) -> [Text] {
        let (reason, advice) = explanation(method, instance, viewpoint)
        let first: String =
            switch self {
            case .answered, .unusableLine: "peerctl: cannot \(purpose): \(reason.first ?? "")"
            case .unreachable, .unusablePath, .connectionLost, .noAnswer, .incomprehensible,
                .stream, .unwell, .tooFewReady:
                "peerctl: \(reason.first ?? "")"
            }
        return [Text(first)] + (reason.dropFirst() + advice).map { Text("  " + $0) }
    }

    private func explanation(
        _ method: Method,
        _ instance: Instance,
        _ viewpoint: Viewpoint
    ) -> (reason: [String], advice: [String]) {
        let status = "systemctl status \(instance.unit)"
        let isRunning =
            instance.socket == nil
            ? "Is the daemon running? \(status)"
            : "Is the daemon running, and is this its control socket?"
        switch self {
        case .answered(.peers(let cause), _):
            let reason =
                if case .refused(.configurationRejected(let problems)) = cause {
                    ["the configuration is wrong"] + problems
                } else {
                    [cause.reason(for: method, seenFrom: viewpoint)]
                }
            return (reason, [cause.advice(for: method, of: instance)].compactMap { $0 })
        case .answered(.service(let failure), _):
            return ([failure.text], [failure.advice(of: instance)])
        case .answered(.unknown(let name), _):
            return (["\(name)"], ["The daemon is newer than peerctl: upgrade both."])
        case .unreachable(let path, let error):
            return (
                ["cannot reach the daemon at \(path): \(SystemError.describe(error.code))"],
                [
                    error.saysForbidden
                        ? "Be root, or join the group of the socket, peerd as installed: "
                            + "adduser NAME peerd"
                        : isRunning
                ]
            )
        case .unusablePath(let path):
            return (
                ["'\(path)' can't be a socket's path"],
                ["Expected from 1 to \(UnixPath.longest) bytes."]
            )
        case .connectionLost:
            return (
                ["the daemon has closed the connection before it had answered"],
                [
                    "Is it still running? \(status)",
                    "It closes those that come when \(Bounds.clients) clients are there.",
                ]
            )
        case .noAnswer(let limit):
            let advice = ["Is it stopped, or the machine overloaded? \(status)"]
            let isReading =
                method == .reload
                ? ["Or its disk is slow: '\(instance.command)' says what came of the reload."] : []
            return (
                ["the daemon doesn't answer for \(limit.briefDescription)"],
                advice + isReading
            )
        case .incomprehensible(let cause):
            return (
                ["what answered is not a daemon that fits: \(cause)"],
                ["Is it peerd, and of the same version? \(status)"]
            )
        case .stream(let error):
            return (["\(error)"], [])
        case .unwell(let reasons):
            return (["\(instance.unit) is not well"] + reasons, [])
        case .tooFewReady(let ready, let wanted, let target, let limit):
            return (
                [
                    "\(ready) of \(wanted) outbound peers \(ready == 1 ? "is" : "are") ready "
                        + "after \(limit.briefDescription)"
                ],
                [
                    wanted > target
                        ? "No more than \(target) are held: outbound.target."
                        : "'\(instance.command)' says what keeps them."
                ]
            )
        case .unusableLine(let number):
            return (
                ["line \(number) of standard input is longer than \(Bounds.textBytes) bytes"],
                ["Expected an address in each line, such as 203.0.113.7:9108."]
            )
        }
    }
}

extension Cause {
    /// As `sentence`, where it answers a call: "not found" alone would leave open what.
    fileprivate func reason(for method: Method, seenFrom viewpoint: Viewpoint) -> String {
        switch (self, method) {
        case (.refused(.notFound), .unban): "there is no such ban"
        case (.refused(.notFound), _): "there is no such connection"
        case (.refused(.shuttingDown), _), (.ended(.shutdown), _): "the daemon is shutting down"
        case (.refused(.networkInactive), _), (.ended(.networkInactive), _):
            "the network is inactive"
        case (.refused(.unsupportedAddress(let address, nil)), .ban),
            (.refused(.unsupportedAddress(let address, nil)), .unban):
            "'\(address)' is not an address or prefix"
        case (_, _): sentence(viewpoint.wording)
        }
    }
}
