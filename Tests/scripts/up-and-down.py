#!/usr/bin/env python3
"""Checks that connections leave nothing behind: 19,000 are made and closed, ten times.

    up-and-down.py PEERD [ROUNDS [CONNECTIONS]]

Status 0 if after every round the daemon holds no peer and as many descriptors as before the first,
and after the last one at most 5 % more memory than after the first; 1 if not; 2 for a wrong call.
"""
import os
import pathlib
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE_S = 60
HANG_UP = struct.pack("ii", 1, 0)


class Daemon:
    """The daemon on one port of loopback, and what it says."""

    def __init__(self, program, connections, directory):
        configuration = pathlib.Path(directory) / "peerd.toml"
        configuration.write_text(
            "outbound.target = 0\n"
            # Beside them slots are kept for manual connections and for one feeler.
            f"limits.connections = {connections + 9}\n"
            "limits.reserved-manual = 8\n"
            '[[listen]]\naddress = "127.0.0.1:0"\n'
        )
        self.process = subprocess.Popen(
            [program, "--config", configuration], stderr=subprocess.PIPE, text=True
        )
        self.lines = []
        self.said = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()
        self.address = None

    def wait_for_start(self):
        line = self.wait_for(r"Listening on \S+:(\d+)")
        self.address = ("127.0.0.1", int(line[1]))
        self.wait_for(r"Started: ")

    def listen(self):
        for line in self.process.stderr:
            with self.said:
                self.lines.append(line)
                self.said.notify()

    def wait_for(self, pattern):
        deadline = time.monotonic() + PATIENCE_S
        with self.said:
            while True:
                while self.lines:
                    if found := re.search(pattern, self.lines.pop(0)):
                        return found
                if not self.said.wait(deadline - time.monotonic()):
                    sys.exit(f"the daemon didn't say '{pattern}'")

    def wait_for_inbound(self, wanted):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self.process.send_signal(signal.SIGUSR1)
            count = int(self.wait_for(r"Status: .* (\d+) inbound")[1])
            if count == wanted:
                return
            if time.monotonic() > deadline:
                sys.exit(f"the daemon holds {count} inbound peers instead of {wanted}")
            time.sleep(0.02)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def end(self):
        self.process.terminate()
        if status := self.process.wait(PATIENCE_S):
            sys.exit(f"the daemon ended with status {status}")


def connect(address, count):
    # Not all from one address: it has only so many ports.
    return [
        socket.create_connection(address, PATIENCE_S, (f"127.1.{index // 250 % 250}.1", 0))
        for index in range(count)
    ]


def close(peers, with_reset):
    for index, peer in enumerate(peers):
        # Some say goodbye and some hang up.
        if with_reset or index % 16:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP)
        peer.close()


def one_round(daemon, number, connections):
    start = time.monotonic()
    peers = connect(daemon.address, connections)
    daemon.wait_for_inbound(connections)
    full_kib = daemon.resident_kib()
    if number % 2:
        peers[0].send(b"x" * 1000)
    close(peers, with_reset=number % 2)
    daemon.wait_for_inbound(0)
    descriptors = daemon.descriptors()
    empty_kib = daemon.resident_kib()
    print(
        f"round {number}: {full_kib} KiB with {connections} peers, then {empty_kib} KiB and"
        f" {descriptors} descriptors, in {time.monotonic() - start:.1f} s",
        flush=True,
    )
    return descriptors, empty_kib


def check(daemon, rounds, connections):
    daemon.wait_for_inbound(0)
    before = daemon.descriptors()
    first_kib = None
    for number in range(rounds):
        descriptors, kib = one_round(daemon, number + 1, connections)
        if descriptors != before:
            return f"{descriptors} descriptors are open instead of {before}"
        first_kib = first_kib or kib
    if kib > first_kib * 1.05:
        return f"{kib} KiB are more than 5 % above the {first_kib} KiB after the first round"
    return None


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    rounds = int(arguments[1]) if len(arguments) > 1 else 10
    connections = int(arguments[2]) if len(arguments) > 2 else 19_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    # The daemon and this program have as many each, and need some for themselves.
    if connections + 400 > hard:
        print(f"only {hard} descriptors a process: fewer connections", file=sys.stderr)
        connections = hard - 400
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="peerd-up-and-down-") as directory:
        daemon = Daemon(arguments[0], connections, directory)
        try:
            daemon.wait_for_start()
            complaint = check(daemon, rounds, connections)
            if complaint is None:
                daemon.end()
        finally:
            daemon.process.kill()
    if complaint:
        print(complaint, file=sys.stderr)
    return 1 if complaint else 0


sys.exit(main(sys.argv[1:]))
