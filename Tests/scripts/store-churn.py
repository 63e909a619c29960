#!/usr/bin/env python3
"""Checks that what operators change survives kill -9, at any moment.

    store-churn.py PEERD [DEATHS [SEED]]

A client adds and removes persistent peers and bans over the control socket as fast as the daemon takes
them, the daemon is killed at some moment and started again, a hundred times with one state directory.
Each time it must hold what it held once: after one of the changes that were asked for, in their order,
and not before any that a copy of its database has shown to be on disk.

Status 0 if it does, 1 if not, 2 for a wrong call.
"""
import json
import pathlib
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 60
PEERS = 30
PREFIXES = 30
# Bans of one prefix are told apart by how many of these they last.
TERM_USEC = 3600 * 1_000_000

CONFIGURATION = f"""
outbound.target = 0
limits.per-host = 0
persistent.max = {PEERS}
persistent.retry = "1h"
persistent.max-retry = "1h"
"""


class Client:
    """Calls of org.peerd.Peers, many of which may be under way."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)
        self.unread = b""

    def send(self, method, **parameters):
        call = {"method": f"org.peerd.Peers.{method}", "parameters": parameters}
        if method in ("List", "ListBans"):
            call["more"] = True
        self.socket.sendall(json.dumps(call).encode() + b"\0")

    def reply(self):
        """The next reply; None if the daemon has died before it."""
        while b"\0" not in self.unread:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            self.unread += chunk
        text, self.unread = self.unread.split(b"\0", 1)
        reply = json.loads(text)
        if "error" in reply:
            sys.exit(f"the daemon refused: {reply}")
        return reply

    def stream(self, method, key):
        self.send(method)
        rows = []
        while True:
            reply = self.reply()
            rows += reply["parameters"][key]
            if not reply.get("continues"):
                return rows

    def held(self):
        """What the daemon holds, as a state of History."""
        peers = [row["target"] for row in self.stream("List", "connections") if row["persistent"]]
        now = time.time() * 1_000_000
        bans = {
            row["prefix"]: round((row["untilUnixUSec"] - now) / TERM_USEC)
            for row in self.stream("ListBans", "bans")
        }
        return frozenset(peers), frozenset(bans.items())


class Daemon:
    def __init__(self, program, directory):
        self.process = subprocess.Popen(
            [program, "--config", directory / "peerd.toml", "--state", directory / "state",
             "--runtime", directory / "runtime"],
            stderr=subprocess.PIPE, text=True,
        )
        self.control = None
        for line in self.process.stderr:
            if line.startswith(("<3>", "<4>")):
                sys.exit(f"the daemon said: {line}")
            if found := re.search(r" (\S+/runtime/\S+)", line):
                self.control = found[1]
            if "Started: " in line:
                return
        sys.exit(f"the daemon ended with status {self.process.wait()}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


class History:
    """The states that the daemon goes through, and how many of them are known to be on disk."""

    def __init__(self, state):
        self.states = [state]
        self.durable = 0
        self.acknowledged = 0

    def change(self, chance):
        """The next change, as a call; what it leads to is a state of its own."""
        peers, bans = set(self.states[-1][0]), dict(self.states[-1][1])
        if chance.random() < 0.5:
            target = f"127.9.9.{chance.randrange(PEERS) + 1}:9"
            call = ("Remove" if target in peers else "AddPersistent", {"address": target})
            peers ^= {target}
        else:
            prefix = f"192.0.2.{chance.randrange(PREFIXES)}/32"
            if prefix in bans and chance.random() < 0.5:
                call = ("Unban", {"prefix": prefix})
                del bans[prefix]
            else:
                bans[prefix] = chance.randrange(1, 1000)
                duration = bans[prefix] * TERM_USEC
                # The new term counts even where it is shorter than the one that is there.
                call = ("Ban", {"prefix": prefix, "durationUSec": duration, "replace": True})
        self.states.append((frozenset(peers), frozenset(bans.items())))
        return call

    def find(self, state):
        """The first place from the durable one on that has this state; None if none has it."""
        for place in range(self.durable, len(self.states)):
            if self.states[place] == state:
                return place
        return None


def on_disk(directory):
    """What a copy of the database holds; None if the daemon was writing it meanwhile."""
    copy = directory / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("peerd.db", "peerd.db-wal"):
        if (directory / "state" / name).exists():
            shutil.copy(directory / "state" / name, copy / name)
    database = sqlite3.connect(copy / "peerd.db")
    try:
        peers = database.execute("SELECT target FROM persistent_peer").fetchall()
        bans = database.execute("SELECT prefix, until_us FROM ban").fetchall()
    except sqlite3.DatabaseError:
        return None
    finally:
        database.close()
    now = time.time() * 1_000_000
    terms = ((prefix, round((until - now) / TERM_USEC)) for prefix, until in bans)
    return frozenset(peer for peer, in peers), frozenset(terms)


def look(history, directory):
    if (state := on_disk(directory)) is not None:
        if (place := history.find(state)) is not None:
            history.durable = place


def live_and_die(program, directory, expected, chance):
    """One life of the daemon, which must begin with what `expected` ended with; its history."""
    daemon = Daemon(program, directory)
    try:
        client = Client(daemon.control)
        state = client.held()
        if expected is not None:
            check(expected, state)
        history = History(state)
        for _ in range(chance.randrange(1, 6)):
            burst = chance.choice([1, 1, 3, 20])
            for _ in range(burst):
                method, parameters = history.change(chance)
                client.send(method, **parameters)
            for _ in range(chance.randrange(burst + 1)):
                take_answer(history, client)
            if chance.random() < 0.3:
                look(history, directory)
        if chance.random() < 0.3:
            wait_for_disk(history, client, directory)
        elif chance.random() < 0.7:
            spend(chance.random() * 0.02)
    finally:
        daemon.kill()
    # What it had answered before it died counts too.
    while take_answer(history, client):
        pass
    client.socket.close()
    return history


def take_answer(history, client):
    """False if there is none any more."""
    if history.acknowledged == len(history.states) - 1 or client.reply() is None:
        return False
    history.acknowledged += 1
    return True


def spend(seconds):
    """Waits without giving up the processor, since a sleep can't be that short."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def wait_for_disk(history, client, directory):
    """Everything gets to the disk without another change."""
    while take_answer(history, client):
        pass
    deadline = time.monotonic() + PATIENCE_S
    while on_disk(directory) != history.states[-1]:
        if time.monotonic() > deadline:
            sys.exit("the last change did not get to the disk")
    history.durable = len(history.states) - 1


def check(history, state):
    if history.find(state) is None:
        older = state in history.states
        sys.exit(
            f"the daemon holds a state that {'it had given up' if older else 'never was'}:"
            f" {state}; on disk was {history.states[history.durable]},"
            f" asked for {history.states[-1]}"
        )


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    deaths = int(arguments[1]) if len(arguments) > 1 else 100
    seed = int(arguments[2]) if len(arguments) > 2 else random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}", flush=True)
    changes = lost = 0
    with tempfile.TemporaryDirectory(prefix="peerd-store-churn-") as name:
        directory = pathlib.Path(name)
        (directory / "peerd.toml").write_text(CONFIGURATION)
        history = None
        for _ in range(deaths):
            before = history
            history = live_and_die(arguments[0], directory, before, chance)
            changes += history.acknowledged
            if before is not None:
                lost += max(0, before.acknowledged - before.find(history.states[0]))
        daemon = Daemon(arguments[0], directory)
        try:
            check(history, Client(daemon.control).held())
        finally:
            daemon.kill()
    print(f"{changes} changes over {deaths} deaths, {lost} of them not yet on disk when it died")
    return 0


sys.exit(main(sys.argv[1:]))
