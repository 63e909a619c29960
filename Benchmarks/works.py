"""What is measured: each work as a function of the contender that does it, to named numbers."""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import network
from program import Failure, Helper, Peers, Program, now_ns, until

# 20,000 descriptors a process are what machines commonly allow; some are for the program itself.
HELD = 19_000
DIALLED = 10_000
SHED = 50_000
# Those that hold a place while others are shed: at the limit, and one a source of the rate limit.
AT_LIMIT = 100
RATE_SOURCES = 9_000
SOURCES = 1_000
REPLACEMENTS = 200
# A raw connection is ready after 10 s; until then the daemon counts its loss as a failure.
READY_AFTER = 11.0
IDLE_SECONDS = 5.0
PORT = 20_000
# Peers that have shaken hands and then only ping, as a network has them: they came one after the other
# within one interval of our pings, lest all are due at once, and ping each other as often as dcrd does.
PINGING = 5_000
PING_INTERVAL = 107
PEERS_PING_INTERVAL = 120
PINGING_SECONDS = 60.0
# Messages to hash: a long one, and one as short as a ping. Each takes some tenths of a second.
HASHED = [("hash-long", 1 << 20, 200), ("hash-short", 8, 2_000_000)]


class Contender:
    """peerd or the floor: how each is told to do the same."""

    def __init__(self, name, programs):
        self.name = name
        self._programs = programs

    def _peerd(self, **settings):
        arguments = [self._programs / "peerd"]
        for key, value in settings.items():
            arguments += ["--set", f"{key.replace('__', '.').replace('_', '-')}={value}"]
        return Program(*arguments)

    def listen(self, most, rate_limited=False):
        if self.name == "floor":
            return Program(self._programs / "floor", "listen", PORT, most)
        trust = "false" if rate_limited else "true"
        return self._peerd(
            listen=f'[{{address="127.0.0.1:{PORT}",trusted-loopback={trust}}}]',
            # One place is kept for a feeler.
            limits__connections=most + 1,
            limits__reserved_manual=0,
            outbound__target=0,
            # One connection a source, and no more for as long as a run may take.
            inbound__rate=0.001,
            inbound__burst=1,
            inbound__flood_threshold=100_000_000,
        )

    def listen_as_peer(self, most):
        """On a network whose protocol is spoken."""
        if self.name == "floor":
            return Peers(self._programs / "peers", "accept", PORT, most)
        return self._peerd(
            network='"regnet"',
            listen=f'[{{address="127.0.0.1:{PORT}"}}]',
            limits__connections=most + 1,
            limits__reserved_manual=0,
            outbound__target=0,
            inbound__flood_threshold=100_000_000,
        )

    def dial(self, addresses, target, network="raw"):
        if self.name == "floor" and network != "raw":
            # All are at one address, and it comes from many, which costs about the same.
            return Peers(self._programs / "peers", "dial", PORT, target, 0)
        if self.name == "floor":
            return Program(self._programs / "floor", "dial", addresses, target)
        return self._peerd(
            network=f'"{network}"',
            limits__connections=max(target, 1),
            limits__reserved_manual=0,
            outbound__target=target,
            outbound__addresses_file=f'"{addresses}"',
            outbound__max_per_group=0,
            # The floor doesn't log its 10,000 connections either.
            log__level='"error"',
        )

    def idle(self):
        """As it starts with nothing configured but a listener."""
        if self.name == "floor":
            return Program(self._programs / "floor", "listen", PORT, 125)
        return self._peerd(listen=f'[{{address="127.0.0.1:{PORT}"}}]')


class Works:
    """Each method is a work; its numbers' names are those of the table's rows."""

    def __init__(self, programs, held=HELD):
        self._programs = programs
        self._held = held
        self._digests = {}

    @contextmanager
    def _load(self, mode, count, sources):
        with Helper(self._programs / "load", mode, PORT, count, sources) as load:
            yield load

    @staticmethod
    def _expect_all(load):
        done = load.answer("done")
        if done["failed"]:
            raise Failure(f"{done['failed']} connections failed")

    def hold(self, contender):
        """Connections come, stay a while, and all hang up."""
        with contender.listen(self._held + 500) as program:
            program.wait_ready()
            cpu = program.settle()
            open_before, (resident, _) = program.descriptors(), program.memory()
            with self._load("hold", self._held, SOURCES) as load:
                self._expect_all(load)
                everything = open_before + self._held
                until(lambda: program.descriptors() == everything, "all accepted")
                accepted = program.settle() - cpu
                time.sleep(READY_AFTER)
                cpu = program.cpu_ns()
                time.sleep(IDLE_SECONDS)
                idle = program.cpu_ns() - cpu
                grown = program.memory()[0] - resident
                load.command("close")
                first = load.answer("closed")["first"]
                last = until(lambda: program.descriptors() == open_before, "all closed")
            program.stop()
        return {
            "accept": accepted / self._held / 1e3,
            "rss": grown / self._held,
            "idle": idle / IDLE_SECONDS / 1e6,
            "closed-by-peers": (last - first) / 1e6,
        }

    def queue(self, contender):
        """Connections wait while the program is stopped; then it goes on, and later shuts down."""
        count = min(self._held, network.longest_queue() - 1)
        with contender.listen(self._held + 500) as program:
            program.wait_ready()
            cpu = program.settle()
            everything = program.descriptors() + count
            program.signal(signal.SIGSTOP)
            with self._load("hold", count, SOURCES) as load:
                self._expect_all(load)
                first = now_ns()
                program.signal(signal.SIGCONT)
                last = until(
                    lambda: program.descriptors() == everything, "all accepted", pause=0.0001
                )
                cpu = program.settle() - cpu
                asked = now_ns()
                program.signal(signal.SIGTERM)
                gone = load.answer("gone")["last"]
        return {
            "queue": count / ((last - first) / 1e9),
            "queue-cpu": cpu / count / 1e3,
            "shutdown": (gone - asked) / 1e6,
        }

    def _shed(self, contender, most, holders, rate_limited):
        with contender.listen(most, rate_limited) as program:
            program.wait_ready()
            program.settle()
            open_before = program.descriptors()
            with self._load("hold", holders, holders) as hold:
                self._expect_all(hold)
                until(lambda: program.descriptors() == open_before + holders, "all accepted")
                cpu = program.settle()
                with self._load("shed", SHED, holders) as load:
                    self._expect_all(load)
                    cpu = program.settle() - cpu
                if program.descriptors() != open_before + holders:
                    raise Failure("some were not shed")
            program.stop()
        return cpu / SHED / 1e3

    def shed_at_limit(self, contender):
        """Every slot is taken, and 50,000 more come."""
        return {"shed-limit": self._shed(contender, AT_LIMIT, AT_LIMIT, rate_limited=False)}

    def shed_by_rate(self, contender):
        """9,000 sources that were let in once come again and again. The floor has no rates: there
        it is its limit that is reached."""
        most = RATE_SOURCES if contender.name == "floor" else self._held
        return {"shed-rate": self._shed(contender, most, RATE_SOURCES, rate_limited=True)}

    @contextmanager
    def _dialled(self, contender, target, network="raw"):
        """A contender that holds `target` connections, the acceptor, and what it took."""
        with tempfile.TemporaryDirectory() as folder:
            addresses = Path(folder) / "addresses"
            with open(addresses, "w", encoding="ascii") as file:
                for number in range(DIALLED):
                    file.write(f"127.{20 + number // 250}.{number % 250 + 1}.1:{PORT}\n")
            # What reading the addresses costs is no part of dialling.
            with contender.dial(addresses, 0, network) as program:
                program.wait_ready()
                start = program.settle()
                program.stop()
            with self._acceptor(target, network) as acceptor:
                acceptor.wait_ready()
                with contender.dial(addresses, target, network) as program:
                    since = program.wait_ready()
                    last = acceptor.answer("held")["last"]
                    cpu = program.settle() - start
                    yield program, acceptor, cpu, last - since

    def _acceptor(self, count, network):
        if network == "raw":
            return Peers(self._programs / "acceptor", PORT, count)
        return Peers(self._programs / "peers", "accept", PORT, count)

    def dial(self, contender):
        with self._dialled(contender, DIALLED) as (program, _, cpu, duration):
            program.stop()
        return {"dial": cpu / DIALLED / 1e3, "dial-all": duration / 1e6}

    def replace(self, contender):
        """One of many connections after the other is lost."""
        with self._dialled(contender, SOURCES) as (program, acceptor, _, _):
            time.sleep(READY_AFTER)
            with Program(self._programs / "awake"):
                acceptor.command(f"replace {REPLACEMENTS}")
                times = sorted(acceptor.answer("replaced") for _ in range(REPLACEMENTS))
            program.stop()
        return {"replace": times[len(times) // 2] / 1e3}

    def start(self, contender):
        with contender.idle() as program:
            ready = program.wait_ready()
            program.settle()
            resident, private = program.memory()
            started = program.started_ns
            program.stop()
        return {
            "start": (ready - started) / 1e6,
            "start-rss": resident / 2**20,
            "start-private": private / 2**20,
        }

    @contextmanager
    def _greeted(self, contender, count, rate):
        """A daemon that `count` peers dial and shake hands with, the peers, and what it took: CPU
        time, duration, memory."""
        with contender.listen_as_peer(count) as program:
            program.wait_ready()
            cpu = program.settle()
            resident, _ = program.memory()
            with Peers(self._programs / "peers", "dial", PORT, count, rate) as peers:
                peers.wait_ready()
                held = peers.answer("held")
                cpu = (program.settle() if rate == 0 else program.cpu_ns()) - cpu
                grown = program.memory()[0] - resident
                yield program, peers, (cpu, held["last"] - held["first"], grown)
                program.stop()

    def greet(self, contender):
        """Peers dial and introduce themselves, as fast as they are answered."""
        with self._greeted(contender, self._held, 0) as (_, _, (cpu, duration, grown)):
            return {
                "greeted": self._held / (duration / 1e9),
                "greeted-cpu": cpu / self._held / 1e3,
                "peer-rss": grown / self._held,
            }

    def introduce(self, contender):
        """Peers are dialled, all at once."""
        with self._dialled(contender, DIALLED, "regnet") as (program, _, cpu, duration):
            program.stop()
        return {
            "introduced": DIALLED / (duration / 1e9),
            "introduced-cpu": cpu / DIALLED / 1e3,
        }

    def ping(self, contender):
        """Peers that have nothing to say but pings."""
        rate = PINGING // PING_INTERVAL
        with self._greeted(contender, PINGING, rate) as (program, peers, _):
            peers.command(f"ping {PEERS_PING_INTERVAL}")
            if contender.name == "floor":
                program.command(f"ping {PING_INTERVAL}")
            time.sleep(1)
            peers.command("count")
            peers.answer("counted")
            cpu = program.cpu_ns()
            time.sleep(PINGING_SECONDS)
            cpu = program.cpu_ns() - cpu
            peers.command("count")
            counted = peers.answer("counted")
        for name, interval in [("pings", PING_INTERVAL), ("pongs", PEERS_PING_INTERVAL)]:
            expected = PINGING * PINGING_SECONDS / interval
            if not 0.9 * expected < counted[name] < 1.1 * expected:
                raise Failure(f"{counted[name]} {name} instead of {expected:.0f}")
        return {"pinging": cpu / PINGING_SECONDS / 1e6}

    def hash(self, contender):
        """Both programs take the same arguments and print megabytes per second of CPU time, then the
        last digest's beginning, which must be the same."""
        name = "blake256" if contender.name == "floor" else "wirebench"
        numbers = {}
        for label, count, times in HASHED:
            done = subprocess.run(
                [self._programs / name, str(count), str(times)],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise Failure(f"{name}: {done.stderr}")
            speed, digest = done.stdout.split()
            if self._digests.setdefault(label, digest) != digest:
                raise Failure(f"{name} has another digest: {digest}")
            numbers[label] = float(speed)
        return numbers
