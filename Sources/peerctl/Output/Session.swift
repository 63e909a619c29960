import Control
import LinuxIO

/// One run of a command: the conversation with the daemon, and where its answers go.
struct Session: ~Copyable {
    let instance: Instance
    let isJSON: Bool
    let terminal: Terminal
    let viewpoint: Viewpoint
    private var client: Client

    /// Connects to the daemon, which may take `patience` to accept.
    init(_ options: ControlOptions, patience: Duration) throws(CommandFailure) {
        instance = options.chosen
        isJSON = options.json
        terminal = .ofStandardOutput()
        viewpoint = .present()
        client = try Client.connect(toFirstOf: options.chosen.socketPaths, patience: patience)
    }

    /// How long it has lasted, with the time that connecting took.
    var age: Duration { client.age }

    /// Makes a call and shows its reply, as JSON or in the lines that `body` makes of it.
    mutating func show<Parameters: MethodParameters>(
        _ parameters: Parameters,
        within limit: Duration? = Client.patience,
        _ body: (Parameters.Reply, Viewpoint, Terminal) -> [Text]
    ) throws(CommandFailure) {
        let reply = try ask(parameters, within: limit)
        try tell(body(reply, viewpoint, terminal))
    }

    /// Makes a call and shows nothing.
    mutating func answer<Parameters: MethodParameters>(
        to parameters: Parameters,
        within limit: Duration?
    ) throws(CommandFailure) -> Parameters.Reply {
        try client.call(parameters, within: limit)
    }

    /// Makes a call whose replies are taken one by one, by `next`.
    mutating func begin(_ parameters: some MethodParameters) throws(CommandFailure) {
        try client.send(parameters)
    }

    /// Waits for the next reply to the call that was begun, and shows nothing.
    mutating func next<Parameters: MethodParameters>(
        of _: Parameters.Type,
        within limit: Duration?
    ) throws(CommandFailure) -> Parameters.Reply {
        try client.receive(Parameters.Reply.self, within: limit).parameters
    }

    /// Makes a call and shows its reply if that is wanted as JSON.
    mutating func ask<Parameters: MethodParameters>(
        _ parameters: Parameters,
        within limit: Duration? = Client.patience
    ) throws(CommandFailure) -> Parameters.Reply {
        let reply = try client.call(parameters, within: limit)
        if isJSON { try Self.write(reply.json + "\n") }
        return reply
    }

    /// Makes a call with several replies. As JSON each is shown as it comes, a line each; for
    /// people `body` makes lines of all of them, since the widths of columns depend on all rows.
    mutating func showAll<Parameters: MethodParameters>(
        _ parameters: Parameters,
        _ body: ([Parameters.Reply], Viewpoint, Terminal) -> [Text]
    ) throws(CommandFailure) {
        var replies: [Parameters.Reply] = []
        let isJSON = isJSON
        try client.stream(parameters) { (reply) throws(CommandFailure) in
            if isJSON { try Self.write(reply.json + "\n") } else { replies.append(reply) }
        }
        try tell(body(replies, viewpoint, terminal))
    }

    /// Makes a call whose replies come as things happen, and shows each one.
    mutating func follow<Parameters: MethodParameters>(
        _ parameters: Parameters,
        _ line: (Parameters.Reply, Viewpoint) -> Text
    ) throws(CommandFailure) {
        let (isJSON, terminal, viewpoint) = (isJSON, terminal, viewpoint)
        try client.stream(parameters, within: nil) { (reply) throws(CommandFailure) in
            let text = isJSON ? reply.json : terminal.rendered(line(reply, viewpoint))
            try Self.write(text + "\n")
        }
    }

    /// Shows a reply that was taken: as JSON, or in the lines that `body` makes of it.
    func tell<Reply: ReplyParameters>(
        _ reply: Reply,
        _ body: (Reply) -> [Text]
    ) throws(CommandFailure) {
        if isJSON { try Self.write(reply.json + "\n") }
        try tell(body(reply))
    }

    /// Shows lines to people; with JSON wanted there are none.
    func tell(_ lines: [Text]) throws(CommandFailure) {
        guard !isJSON else { return }
        try Self.write(lines.map { terminal.rendered($0) + "\n" }.joined())
    }

    /// Ends the program where nobody reads any more.
    static func write(_ text: String) throws(CommandFailure) {
        do throws(SystemError) {
            try StandardStream.output.write(Array(text.utf8))
        } catch {
            if error.saysPipeClosed { StandardStream.endByClosedPipe() }
            throw .stream(error)
        }
    }
}
