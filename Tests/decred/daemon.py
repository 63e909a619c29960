"""A running daemon, as its operator and the kernel see it."""

import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from decred_peer import DEADLINE, Closed, Peer

PROGRAM = os.environ.get("PEERD", ".build/release/peerd")
# What no peer may make it take.
MOST_RESIDENT_KIB = 64 * 1024

# A thousand peers in one process.
_, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))


class CallFailed(Exception):
    """An error of the control interface; `name` without the interface."""

    def __init__(self, reply):
        super().__init__(reply)
        self.name = reply["error"].rsplit(".", 1)[1]
        self.parameters = reply.get("parameters", {})


def wait(what, condition, within=DEADLINE):
    """Polls what can't be waited for until it is true, and returns its value."""
    end = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.02)
    return value


class Call:
    """A call that is under way, on a connection of its own."""

    def __init__(self, path, method, parameters, more):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(str(path))
        call = {"method": f"org.peerd.Peers.{method}", "parameters": parameters}
        self.socket.sendall(json.dumps(call | ({"more": True} if more else {})).encode() + b"\0")
        self.buffer = b""

    def reply(self):
        while b"\0" not in self.buffer:
            data = self.socket.recv(65_536)
            if not data:
                raise Closed
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        reply = json.loads(text)
        if "error" in reply:
            raise CallFailed(reply)
        return reply

    def finish(self):
        """The parameters of the only reply."""
        with self.socket:
            return self.reply()["parameters"]

    def rows(self, name):
        """All rows of all replies."""
        rows = []
        with self.socket:
            while True:
                reply = self.reply()
                rows += reply["parameters"][name]
                if not reply.get("continues"):
                    return rows


class Daemon:
    """One listener at `address`, besides those of the configuration, which is TOML."""

    def __init__(self, configuration="", network="regnet", listener=True):
        self.folder = tempfile.TemporaryDirectory(prefix="peerd-")
        self.root = pathlib.Path(self.folder.name)
        self.file = self.root / "peerd.toml"
        self.network = network
        self.listener = listener
        self.configuration = configuration
        self.write()
        self.start()

    def start(self):
        self.lines = []
        self.addresses = []
        self.process = subprocess.Popen(
            self.command(), stderr=subprocess.PIPE, text=True, errors="replace",
            pass_fds=self.descriptors(),
        )
        self.said = threading.Condition()
        self.ears = threading.Thread(target=self._listen, daemon=True)
        self.ears.start()
        self.await_line(r"Started: ")
        for line in self.lines:
            if found := re.search(r"Listening on ([\d.]+):(\d+)", line):
                self.addresses.append((found[1], int(found[2])))

    def command(self):
        return [PROGRAM, "--config", self.file, "--runtime", self.root / "run",
                "--state", self.root / "state"]

    def descriptors(self):
        """What it inherits."""
        return []

    def write(self, configuration=None, network=None):
        """It offers what dcrd wants of who it dials, unless the configuration says otherwise."""
        text = self.configuration if configuration is None else configuration
        if "services =" not in text:
            text = "services = 1\n" + text
        if self.listener:
            text += '\n[[listen]]\naddress = "127.0.0.1:0"\n'
        self.file.write_text(f'network = "{network or self.network}"\nlog.level = "debug"\n{text}')

    def _listen(self):
        for line in self.process.stderr:
            with self.said:
                self.lines.append(line.rstrip())
                self.said.notify_all()
        with self.said:
            self.said.notify_all()

    @property
    def address(self):
        return self.addresses[-1]

    def await_line(self, pattern, within=DEADLINE):
        """The first line of the log, from the start, that has it."""
        end = time.monotonic() + within
        seen = 0
        with self.said:
            while True:
                for line in self.lines[seen:]:
                    if found := re.search(pattern, line):
                        return found
                seen = len(self.lines)
                if not self.said.wait(end - time.monotonic()):
                    raise AssertionError(f"the daemon didn't say '{pattern}':\n" + self.log())

    def log(self):
        return "\n".join(self.lines[-40:])

    # ---- The control socket ----------------------------------------------------------------------

    def begin(self, method, more=False, **parameters):
        return Call(self.root / "run" / "control", method, parameters, more)

    def call(self, method, **parameters):
        return self.begin(method, **parameters).finish()

    def list(self, **parameters):
        return self.begin("List", more=True, **parameters).rows("connections")

    def history(self):
        return self.begin("History", more=True).rows("connections")

    def bans(self):
        return self.begin("ListBans", more=True).rows("bans")

    def status(self):
        return self.call("Status")["status"]

    def row(self, peer):
        """The daemon's word on a peer; None if there is no such connection."""
        return next((row for row in self.list() if self.is_of(peer, row)), None)

    @staticmethod
    def is_of(peer, row):
        # Of a dialled one the daemon's own end is what tells it from others to the same place.
        ends = [row.get("remote"), row.get("local")]
        host, port = peer.socket.getpeername()[:2] if peer.socket.fileno() >= 0 else ("", 0)
        return peer.name in ends if peer.dialled else f"{host}:{port}" in ends

    def await_row(self, peer, condition, what):
        return wait(what, lambda: (row := self.row(peer)) and condition(row) and row)

    def await_ready(self, peer):
        return self.await_row(peer, lambda row: row["ready"], f"{peer.name} ready")

    def await_read(self, peer):
        """Waits until it has taken all that the peer has sent, and so has answered it."""
        return self.await_row(
            peer, lambda row: row.get("bytesIn", 0) >= peer.sent_bytes, "all of it read"
        )

    def cause(self, name):
        """Why the last connection from or to an address ended."""
        def ended():
            return next((row for row in self.history() if row.get("remote") == name), None)
        return wait(f"the end of {name}", ended)["cause"]["error"]

    def reload(self, configuration=None, network=None):
        self.write(configuration, network)
        return self.call("Reload")["needsRestart"]

    # ---- The process -----------------------------------------------------------------------------

    def forget_most_resident(self):
        """From now on the most is counted anew: proc(5), clear_refs."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def most_resident_kib(self):
        """The most memory that it has had since then."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    def end(self):
        """Ends it in good order, and returns its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.ears.join()
        self.process.stderr.close()
        return status

    def stop(self):
        """As `end`; what it left behind is gone."""
        status = self.end()
        self.folder.cleanup()
        return status


class Companion(threading.Thread):
    """A good peer that asks for a pong ten times a second while a test runs.

    `slowest` is the longest that it had to wait.
    """

    def __init__(self, daemon, source="127.9.9.9"):
        super().__init__(daemon=True)
        self.peer = Peer.dial(daemon.address, source, network=daemon.network).shake_hands()
        self.slowest = 0.0
        self.pings = 0
        self.error = None
        self.over = threading.Event()
        self.start()

    def run(self):
        try:
            while True:
                self.slowest = max(self.slowest, self.peer.ping(self.pings % 64))
                self.pings += 1
                if self.over.wait(0.1):
                    return
        except Exception as error:  # Told by `finish`.
            self.error = error

    def finish(self):
        self.over.set()
        self.join()
        self.peer.close()
        if self.error:
            raise AssertionError(f"a good peer was let down: {self.error!r}") from self.error


class DaemonTest(unittest.TestCase):
    """Each class has a daemon of its own."""

    configuration = ""
    network = "regnet"

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.configuration, cls.network)

    @classmethod
    def tearDownClass(cls):
        status = cls.daemon.stop()
        if status != 0:
            raise AssertionError(f"the daemon ended with {status}:\n{cls.daemon.log()}")

    def dial(self, source="127.0.0.1", **options):
        options = {"network": self.network} | options
        peer = Peer.dial(self.daemon.address, source, **options)
        self.addCleanup(peer.close)
        return peer

    def accept(self, server, **options):
        peer = Peer.accept(server, **({"network": self.network} | options))
        self.addCleanup(peer.close)
        return peer

    def assert_closed(self, peer, cause, answers=()):
        """The daemon hangs up, having said nothing but `answers`, for that reason."""
        name = peer.name
        self.assertEqual(peer.await_end(), list(answers))
        self.assertEqual(self.daemon.cause(name), cause)
