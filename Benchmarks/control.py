#!/usr/bin/env python3
"""control.py PROGRAMS [SECONDS]: how long the loop keeps a peer waiting while clients of the
control socket make it work.

PROGRAMS is the folder of peerd, load and crowd. The daemon holds 18,000 connections while 2,000
others a second come, stay half a second and go. A peer that says goodbye at once waits for two
turns of the loop (accept, read) and a client for one (`Status`): both are measured, without other
clients, and then while one lists all connections again and again and 16 monitors don't read.
Status 1 if then 1 of 100 of either waits more than 5 ms, or if the clients cost more memory than
their bounds allow."""

import json
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import network
from program import Failure, Helper, Program, until

HELD = 18_000
CHURN = 2_000
DEAF = 16
PORT = 20_000
MOST_MS = 5
# Each of the deaf has at most 64 KiB and an event of output, and an array of at most 2,048
# references to 256 KiB of events that they share.
MOST_BYTES = DEAF * (65_536 + 2_048 * 8 + 512) + (256 << 10) + (2 << 20)


class Client:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(path)
        self._rest = b""

    def send(self, method, more=False):
        message = {"method": f"org.peerd.Peers.{method}", "more": more}
        self._socket.sendall(json.dumps(message).encode() + b"\0")

    def message(self):
        while b"\0" not in self._rest:
            chunk = self._socket.recv(1 << 20)
            if not chunk:
                raise Failure("the daemon has hung up")
            self._rest += chunk
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)["parameters"]

    def messages_up_to(self, name):
        """The events up to one of this name."""
        while True:
            event = self.message()["event"]
            yield event
            if event["name"] == name:
                return


def list_for_ever(path):
    """A process of its own, so that it doesn't delay the measurement. It begins at SIGUSR1."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    child = os.fork()
    if child == 0:
        signal.sigwait([signal.SIGUSR1])
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        while True:
            client.sendall(b'{"method":"org.peerd.Peers.List","more":true}\0')
            # The last reply of a list is the one without this; it may be cut between two reads.
            seen = b""
            while not (seen.endswith(b"\0") and not seen.endswith(b'"continues":true}\0')):
                seen = seen[-64:] + client.recv(1 << 20)
    return child


def peer_wait():
    """From a peer's goodbye to the daemon's."""
    with socket.socket() as peer:
        start = time.monotonic_ns()
        peer.connect(("127.0.0.1", PORT))
        peer.shutdown(socket.SHUT_WR)
        peer.recv(1)
        return time.monotonic_ns() - start


def client_wait(client):
    start = time.monotonic_ns()
    client.send("Status")
    client.message()
    return time.monotonic_ns() - start


def measure(seconds, client):
    peers, clients = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        peers.append(peer_wait())
        clients.append(client_wait(client))
        time.sleep(0.002)
    return sorted(peers), sorted(clients)


def report(label, waits):
    """Returns whether 99 of 100 are within the bound."""
    shown = [waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]]
    print(f"| {label} | " + " | ".join(f"{wait / 1e6:.2f}" for wait in shown) + " |")
    return shown[1] <= MOST_MS * 1e6


def take_precedence(*processes):
    """Has the scheduler run these before all others, so that other work on the machine isn't
    measured along. Returns what came of it, for the table."""
    try:
        for process in processes:
            os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return "with the priority of everything else"
    return "before all other processes (SCHED_FIFO)"


def run(programs, seconds):
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "listen": f'[{{address="127.0.0.1:{PORT}"}}]',
            "limits.connections": HELD + 1_300,
            "limits.whitelisted": 0,
            "outbound.target": 0,
        }
        arguments = [f"--set={key}={value}" for key, value in settings.items()]
        with Program(programs / "peerd", "--runtime", folder, *arguments) as daemon:
            daemon.wait_ready()
            with Helper(programs / "load", "hold", PORT, HELD, 1_000) as load:
                if load.answer("done")["failed"]:
                    raise Failure("some connections failed")
                return compare(daemon, programs, f"{folder}/control", seconds)


def compare(daemon, programs, path, seconds):
    client = Client(path)
    client.send("Status")
    until(lambda: client.message()["status"]["connections"]["inbound"] == HELD
          or client.send("Status"), "all accepted")
    total = int(CHURN * (2 * seconds + 30))
    with Program(programs / "crowd", "127.0.0.1", PORT, CHURN, total):
        lister = list_for_ever(path)
        try:
            time.sleep(1)
            print(f"Daemon and measurement run {take_precedence(daemon.pid, os.getpid())}.\n")
            start = daemon.cpu_ns()
            alone = measure(seconds, client)
            cpu_alone = (daemon.cpu_ns() - start) / seconds / 1e6

            before, _ = daemon.memory()
            deaf = [Client(path) for _ in range(DEAF)]
            for monitor in deaf:
                monitor.send("Monitor", more=True)
            os.kill(lister, signal.SIGUSR1)
            start = daemon.cpu_ns()
            busy = measure(seconds, client)
            cpu_busy = (daemon.cpu_ns() - start) / seconds / 1e6
        finally:
            os.kill(lister, signal.SIGKILL)
            os.waitpid(lister, 0)
        grown = daemon.memory()[0] - before
    counts = [(len(events), events[-1]["count"])
              for events in (list(monitor.messages_up_to("missed")) for monitor in deaf)]

    print(f"| waits, ms | median | 99 of 100 | worst of {len(busy[0])} |\n|---|--:|--:|--:|")
    report("a peer, no clients", alone[0])
    report("a client, no others", alone[1])
    reached = [report(f"a peer, a list always running and {DEAF} deaf monitors", busy[0]),
               report("a client, the same", busy[1])]
    print(f"\nCPU {cpu_alone:.0f} ms/s without and {cpu_busy:.0f} ms/s with them; memory grew by "
          f"{grown / 1024:,.0f} KiB (at most {MOST_BYTES / 1024:,.0f}); each deaf monitor got "
          f"{min(counts)[0] - 2:,} events and missed {min(count[1] for count in counts):,}")
    return all(reached) and grown <= MOST_BYTES


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    network.renew()
    seconds = float(sys.argv[2]) if len(sys.argv) == 3 else 10
    return 0 if run(Path(sys.argv[1]), seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
