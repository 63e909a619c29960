import Foundation
import Glibc
import Testing

/// A real systemd with a real journal, booted for these tests and gone after them.
final class Lab {
    /// Why there is none here; nil if there can be one.
    static let obstacle: Comment? = {
        if getuid() != 0 { return "not run: needs root, for a systemd of its own" }
        if access("/lib/systemd/systemd-journald", X_OK) != 0 {
            return "not run: no systemd here ('Tests/scripts/systemd-lab.sh deps' installs it)"
        }
        return nil
    }()

    private let name = "tests-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    /// The project's units.
    static var units: String {
        URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../systemd").standardized.path
    }

    /// Boots it, with the folder of what was built at /probe and the project's units at /units.
    init() throws { try script("up") }

    deinit {
        do {
            try script("down", "--kill")
        } catch {
            Issue.record("the lab \(name) is left behind: \(error)")
        }
    }

    /// Runs a command inside through a shell; it must succeed unless the test says otherwise.
    @discardableResult
    func run(_ command: String, mayFail: Bool = false) throws -> String {
        try script("sh", command, mayFail: mayFail)
    }

    /// Writes units and has systemd read them.
    func install(_ units: [String: String]) throws {
        let root = try script("root").trimmingCharacters(in: .newlines)
        for (name, text) in units {
            let path = "\(root)/etc/systemd/system/\(name)"
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        try run("systemctl daemon-reload")
    }

    /// What `systemctl show` says of a property.
    func property(_ property: String, of unit: String) throws -> String {
        try run("systemctl show --value -p \(property) \(unit)")
            .trimmingCharacters(in: .newlines)
    }

    /// Waits until a command succeeds, for at most 20 s.
    func wait(until command: String) throws {
        try run(
            "for turn in $(seq 1000); do if \(command); then exit 0; fi; sleep 0.02; done; exit 1"
        )
    }

    @discardableResult
    private func script(_ arguments: String..., mayFail: Bool = false) throws -> String {
        let file = (#filePath as NSString).deletingLastPathComponent
        let quoted = arguments.map { "'" + $0.replacing("'", with: "'\\''") + "'" }
        let command = """
            LAB_NAME=\(name) LAB_NET=private \
            LAB_BIND='\(try Probe.folder)=/probe \(Self.units)=/units' \
            '\(file)/../scripts/systemd-lab.sh' \(quoted.joined(separator: " ")) 2>&1
            """
        let result = try Probe.run(["/bin/sh", "-c", command])
        if !mayFail {
            try #require(
                result.status == 0,
                "\(arguments.joined(separator: " ")): \(result.output)"
            )
        }
        return result.output
    }
}
