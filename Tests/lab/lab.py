"""What the tests of this folder share. They run inside the lab, as root, beside its systemd.

So a test talks to the running service as an operator and a peer do: by systemctl, journalctl and
sockets on a loopback of its own. Nothing waits for a fixed time: what has to happen is polled for,
with a deadline that a loaded machine keeps.
"""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import time
import unittest

SOURCE = pathlib.Path("/peerd")
RELEASE = os.environ.get("PEERD_RELEASE", ".build/release")
CONFIGURATION = pathlib.Path("/etc/peerd")
UNITS = pathlib.Path("/etc/systemd/system")
PROGRAM = "/usr/bin/peerd"
PORT = 9108
# Seconds; a hundred times what it takes on a machine with nothing else to do.
DEADLINE = 30

# A thousand peers in one process.
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Failed(AssertionError):
    """A command that had to succeed and did not."""


# ---- Commands ------------------------------------------------------------------------------------


def run(*command, check=True, timeout=60):
    """Runs a command to its end and returns what it said, both streams together in `stdout`."""
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
    )
    if check and result.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}")
    return result


def make(*targets):
    """Installs what was built before, as on a machine without Swift."""
    return run("env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "make", "-C", SOURCE,
               "--no-print-directory", f"RELEASE={RELEASE}", *targets)


def systemctl(*arguments, check=True):
    return run("systemctl", *arguments, check=check)


def show(name, unit="peerd.service"):
    """A property of a unit, as text."""
    return systemctl("show", "--value", "-p", name, unit).stdout.strip()


def main_process(unit="peerd.service"):
    return int(show("MainPID", unit))


def wait(what, condition, deadline=DEADLINE):
    """Polls until `condition()` is true, and returns its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.05)


# ---- The journal ---------------------------------------------------------------------------------


class Journal:
    """The entries since now."""

    def __init__(self):
        # Not by a cursor: with --after-cursor and a match, journalctl 252 leaves out the first
        # entry.
        self.since = f"@{time.time():.6f}"

    def text(self, *options):
        return run("journalctl", "-q", "--no-pager", f"--since={self.since}", *options).stdout

    def entries(self, *matches, unit="peerd.service", **fields):
        """The unit's own entries; `fields` such as event="refused" and reason="rate-limited"."""
        matches += tuple(f"PEERD_{name.upper()}={value}" for name, value in fields.items())
        lines = self.text("-o", "json", "--all", f"_SYSTEMD_UNIT={unit}", *matches).splitlines()
        return [json.loads(line) for line in lines]

    def first(self, *matches, **fields):
        """Waits for an entry."""
        return wait(f"an entry {matches} {fields}",
                    lambda: self.entries(*matches, **fields))[0]

    def messages(self, *matches, **fields):
        return [entry["MESSAGE"] for entry in self.entries(*matches, **fields)]


# ---- Peers ---------------------------------------------------------------------------------------


def connect(host="127.0.0.1", port=PORT):
    """A peer that has come. The kernel answers; `is_accepted` says whether the daemon did.

    It is bound first: connections to different listeners may otherwise come from the same port,
    and would be duplicates to the daemon.
    """
    return socket.create_connection((host, port), DEADLINE, (host, 0))


def knock(port=PORT):
    """A peer that is refused: its end may come before `connect` returns. Its address and port."""
    with socket.socket() as peer:
        peer.settimeout(DEADLINE)
        peer.bind(("127.0.0.1", 0))
        name = "%s:%d" % peer.getsockname()
        with contextlib.suppress(ConnectionResetError):
            peer.connect(("127.0.0.1", port))
            await_end(peer)
    return name


def sockets_held():
    """The peers' (address, port) of all sockets that some process holds.

    A connection that still waits to be accepted has no inode.
    """
    held = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            address, port = columns[2].split(":")
            if columns[9] == "0":
                continue
            words = bytes.fromhex(address)
            # Each word of 32 bits is written in the machine's order.
            packed = b"".join(words[at:at + 4][::-1] for at in range(0, len(words), 4))
            held.add((socket.inet_ntop(family, packed), int(port, 16)))
    return held


def is_accepted(peer):
    return peer.getsockname()[:2] in sockets_held()


def is_open(peer):
    """Whether the connection goes on, as far as this end knows."""
    peer.setblocking(False)
    try:
        return peer.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def await_end(peer, deadline=DEADLINE):
    """Waits until the other side has ended the connection."""
    peer.settimeout(deadline)
    with contextlib.suppress(ConnectionResetError):
        if peer.recv(1) != b"":
            raise AssertionError("the peer got bytes instead of an end")


# ---- Tests ---------------------------------------------------------------------------------------


class Service(unittest.TestCase):
    """Each test begins with an installed daemon that has never run, and a configuration."""

    maxDiff = None
    configuration = f'[[listen]]\naddress = "127.0.0.1:{PORT}"\n'

    @classmethod
    def setUpClass(cls):
        if not pathlib.Path(PROGRAM).exists():
            make("install")

    def setUp(self):
        self.addCleanup(self.tidy)
        self.tidy()
        self.configure(self.configuration)
        self.journal = Journal()

    def tidy(self):
        """Ends what runs, and takes away what tests leave."""
        systemctl("stop", "peerd.socket", "peerd-control.socket", "peerd.service",
                  "peerd@*.service", check=False)
        systemctl("reset-failed", "peerd*", check=False)
        folders = list(UNITS.glob("peerd*.d"))
        for folder in [*folders, *pathlib.Path("/var/lib").glob("peerd*")]:
            shutil.rmtree(folder)
        if folders:
            systemctl("daemon-reload")
        for file in CONFIGURATION.rglob("*.toml"):
            file.unlink()

    def run(self, result=None):
        # What the service said explains a failure better than the place where a test saw it.
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and hasattr(self, "journal"):
            result.stream.write(self.journal.text("-o", "short-monotonic", "-n", "40"))
        return result

    def configure(self, text, file="peerd.toml"):
        """Replaces a file as a whole: a reader must never see half of it."""
        path = CONFIGURATION / f"{file}.new"
        path.write_text(text)
        path.chmod(0o644)
        path.rename(CONFIGURATION / file)

    def edit(self, unit, text):
        """What `systemctl edit` does."""
        folder = UNITS / f"{unit}.d"
        folder.mkdir(exist_ok=True)
        (folder / "test.conf").write_text(text)
        systemctl("daemon-reload")

    def start(self, unit="peerd.service"):
        systemctl("start", unit)
        return main_process(unit)

    def connect(self, *arguments, **options):
        peer = connect(*arguments, **options)
        self.addCleanup(peer.close)
        return peer

    def connect_many(self, count, **options):
        """Peers that the daemon has accepted."""
        peers = [self.connect(**options) for _ in range(count)]
        names = {peer.getsockname()[:2] for peer in peers}
        wait(f"{count} peers are accepted", lambda: names <= sockets_held())
        return peers

    def listen(self, host="127.0.0.1"):
        """A place that the daemon can dial."""
        server = socket.create_server((host, 0))
        server.settimeout(DEADLINE)
        self.addCleanup(server.close)
        return server

    def accept(self, server):
        peer, _ = server.accept()
        self.addCleanup(peer.close)
        return peer

    def await_status(self, text, unit="peerd.service"):
        return wait(f"the status says '{text}'",
                    lambda: text in (status := show("StatusText", unit)) and status)

    def stop_process(self, number):
        """Holds a process until the test is over, or until `resume`."""
        os.kill(number, signal.SIGSTOP)
        self.addCleanup(self.resume, number)

    def resume(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGCONT)
