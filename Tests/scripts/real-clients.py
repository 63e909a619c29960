#!/usr/bin/env python3
"""Drives the daemon by clients that others have written, socat and PyPI's varlink package, and by
the examples of docs/control-interface.md as they stand there.

    real-clients.py PEERD

Runs with a Python that has the package, see requirements.txt. Status 0 if all of it works.
"""
import contextlib
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

import varlink

PATIENCE_S = 30
# Isolated from packages.
STANDARD_LIBRARY = ["/usr/bin/python3", "-I", "-S", "-c"]
DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/control-interface.md"
# What the document calls them.
SOCKET, PEER = "/run/peerd-control/socket", "203.0.113.7:9108"
PEERD = sys.argv.pop(1) if len(sys.argv) > 1 else sys.exit(__doc__)


class RealClients(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="peerd-clients-"))
        self.path = f"{folder}/control"
        daemon = subprocess.Popen(
            [PEERD, "--config=/dev/null", "--set=outbound.target=0", "--set=listen=[]",
             "--set=persistent.retry=1h", "--set=persistent.max-retry=1h", f"--runtime={folder}"],
            stderr=subprocess.PIPE, text=True,
        )
        self.addCleanup(self.end, daemon)
        while "Started: " not in (line := daemon.stderr.readline()):
            self.assertNotEqual(line, "", "it hasn't started")
        self.peer = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.peer.settimeout(PATIENCE_S)
        self.address = "%s:%d" % self.peer.getsockname()

    def end(self, process):
        process.kill()
        process.communicate()

    def accept(self):
        return self.enterContext(self.peer.accept()[0])

    def example(self, language, number=0):
        """A block of the document, for this daemon and peer."""
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.M | re.S)
        return blocks[number].replace(SOCKET, self.path).replace(PEER, self.address)

    def run_python(self, interpreter, *arguments):
        process = subprocess.Popen([*interpreter, *arguments], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def test_the_example_adds_a_peer_and_follows_it(self):
        source = self.example("python")
        self.assertLess(len(source.splitlines()), 30)
        process = self.run_python(STANDARD_LIBRARY, source, self.path, self.address)
        peer = self.accept()
        lines = [process.stdout.readline().split() for _ in range(3)]
        self.assertEqual(lines, [["persistentAdded"], ["attempting"], ["connected"]])
        peer.close()
        self.assertRegex(process.stdout.readline(), r"^disconnected .*'ClosedByPeer'")
        self.assertEqual(process.stdout.readline().split(), ["retrying"])
        # It is added already.
        again = self.run_python(STANDARD_LIBRARY, source, self.path, self.address)
        self.assertEqual(again.wait(PATIENCE_S), 1)

    def test_the_example_with_the_package_does_the_same(self):
        process = self.run_python([sys.executable, "-c"], self.example("python", 1))
        self.accept()
        self.assertGreater(int(process.stdout.readline()), 0)
        self.assertEqual(process.stdout.readline(), "monitoring\n")

    def test_the_package_calls_and_streams(self):
        with varlink.Client.new_with_address(f"unix:{self.path}") as client:
            self.assertEqual(client.get_interfaces(), ["org.varlink.service", "org.peerd.Peers"])
            with client.open("org.peerd.Peers") as peers, client.open("org.peerd.Peers") as other:
                self.assertEqual([row["connections"] for row in peers.List(_more=True)], [[]])
                events = other.Monitor(["persistentAdded", "connected", "banned"], _more=True)
                self.assertEqual(next(events)["event"]["name"], "monitoring")
                number = peers.AddPersistent(self.address)["id"]
                self.accept()
                for name in ("persistentAdded", "connected"):
                    event = next(events)["event"]
                    self.assertEqual((event["name"], event["connection"]["id"]), (name, number))
                with self.assertRaises(varlink.VarlinkError) as caught:
                    peers.AddPersistent(self.address)
                self.assertEqual(caught.exception.error(), "org.peerd.Peers.DuplicatePersistent")
                self.assertEqual(caught.exception.parameters(), {"id": number})
                rows = [row for reply in peers.List(kind="persistent", _more=True)
                        for row in reply["connections"]]
                self.assertEqual([row["target"] for row in rows], [self.address])
                self.assertEqual(peers.Status()["status"]["persistent"], 1)
                for index in range(100):
                    peers.Ban(f"10.0.{index}.0/24", 60_000_000)
                replies = list(peers.ListBans(_more=True))
                self.assertEqual([len(reply["bans"]) for reply in replies], [64, 36])
                self.assertEqual(peers.Remove(number), {"count": 1, "untilReload": False})
                self.assertEqual(peers.SetNetworkActive(False), {})
                self.assertFalse(peers.Status()["status"]["networkActive"])
                findings = peers.Explain("10.0.7.7")["explanation"]["findings"]
                self.assertIn("10.0.7.0/24", [finding.get("prefix") for finding in findings])
                peers.Connect(self.address, 1_000_000, _oneway=True)

    def test_the_package_s_command_line_works(self):
        def run(*arguments):
            return subprocess.run([sys.executable, "-m", "varlink.cli", *arguments], text=True,
                                  capture_output=True, timeout=PATIENCE_S, check=True).stdout

        self.assertIn("org.peerd.Peers", run("info", f"unix:{self.path}"))
        text = run("help", f"unix:{self.path}/org.peerd.Peers")
        self.assertIn("method AddPersistent(address: string) -> (id: int)", text)
        status = json.loads(run("call", f"unix:{self.path}/org.peerd.Peers.Status"))
        self.assertTrue(status["status"]["networkActive"])

    def socat(self, message, *options):
        return subprocess.run(["socat", *options, "-", f"UNIX-CONNECT:{self.path}"],
                              input=json.dumps(message).encode() + b"\0", stdout=subprocess.PIPE,
                              timeout=PATIENCE_S, check=True).stdout

    def test_socat_as_documented(self):
        command = re.search(r"^    (printf .*?\n.*)$", DOCUMENT.read_text(), re.M)[1]
        output = subprocess.run(["bash", "-c", command.replace(SOCKET, self.path)], text=True,
                                stdout=subprocess.PIPE, timeout=PATIENCE_S, check=True).stdout
        self.assertTrue(json.loads(output)["parameters"]["status"]["networkActive"])

    def test_socat_gets_a_connection_after_it_has_ended_its_sending(self):
        self.peer.listen(0)
        with contextlib.ExitStack() as waiting:
            # The queue is full until the attempt's time is over.
            waiting.enter_context(socket.create_connection(self.peer.getsockname()))
            reply = self.socat({"method": "org.peerd.Peers.Connect", "parameters":
                                {"address": self.address, "timeoutUSec": 700_000}}, "-t", "60")
            self.assertEqual(json.loads(reply[:-1])["error"], "org.peerd.Peers.TimedOut")

    def test_socat_that_is_gone_takes_its_attempt_along(self):
        self.peer.listen(0)
        with socket.create_connection(self.peer.getsockname()):
            # It waits for 50 ms after the end of its input.
            reply = self.socat({"method": "org.peerd.Peers.Connect", "parameters":
                                {"address": self.address}}, "-t", "0.05")
            self.assertEqual(reply, b"")
            with varlink.Client.new_with_address(f"unix:{self.path}") as client:
                with client.open("org.peerd.Peers") as peers:
                    self.assertEqual(list(peers.List(_more=True)), [{"connections": []}])


if __name__ == "__main__":
    unittest.main()
