"""One program that runs: started, watched from outside, and stopped.

Whatever is measured of a program is read from /proc, so that the daemon and the C program are
measured in the same way, as whole processes."""

import os
import select
import signal
import socket
import subprocess
import tempfile
import time

# For anything that takes milliseconds on a machine that isn't overloaded.
DEADLINE = 30.0
# A program that has used no CPU for so long has done what there was to do.
QUIET = 0.05


class Failure(Exception):
    """Something that makes the measurement worthless."""


def now_ns():
    """CLOCK_MONOTONIC, as the C programs read it."""
    return time.monotonic_ns()


def until(condition, what, pause=0.0005):
    """Waits until a condition holds; returns when it was seen to, in nanoseconds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {DEADLINE} s")
        time.sleep(pause)
    return now_ns()


class Program:
    """A process whose CPU time, memory and descriptors are watched."""

    def __init__(self, *arguments, stdin=None, stdout=None):
        self._folder = tempfile.TemporaryDirectory()
        path = os.path.join(self._folder.name, "notify")
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(path)
        environment = dict(os.environ, NOTIFY_SOCKET=path)
        self.started_ns = now_ns()
        self._process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment,
            close_fds=False,
        )
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._notify.close()
        self._folder.cleanup()

    def wait_ready(self):
        """Until it says READY=1 to the service manager, which this is.

        Returns when that was, in nanoseconds."""
        end = select.poll()
        end.register(self._process.stderr, select.POLLHUP)
        end.register(self._notify, select.POLLIN)
        while ready := end.poll(DEADLINE * 1000):
            ready_ns = now_ns()
            if ready[0][0] != self._notify.fileno():
                raise Failure(f"it ended: {self._process.stderr.read().decode()}")
            if b"READY=1" in self._notify.recv(4096):
                return ready_ns
        raise Failure(f"not ready within {DEADLINE} s")

    def settle(self):
        """Until it has been quiet for a moment. Returns its CPU time so far, in nanoseconds."""
        end = time.monotonic() + DEADLINE
        used = self.cpu_ns()
        while time.monotonic() < end:
            time.sleep(QUIET)
            before, used = used, self.cpu_ns()
            if used == before:
                return used
        raise Failure(f"not quiet within {DEADLINE} s")

    def cpu_ns(self):
        """CPU time of all of its threads, user and system."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total

    def memory(self):
        """Resident bytes, and how many of them are its own (written to, not of any file)."""
        sizes = {}
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                name, size = line.split()[:2]
                sizes[name] = int(size) * 1024
        return sizes["Rss:"], sizes["Private_Dirty:"]

    def descriptors(self):
        """How many it has open. Linux tells since 6.2 without a walk through all of them."""
        count = os.stat(f"/proc/{self.pid}/fd").st_size
        return count or len(os.listdir(f"/proc/{self.pid}/fd"))

    def signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        """Asks it to end, and waits until it has."""
        self.signal(signal.SIGTERM)
        status = self._process.wait(DEADLINE)
        if status != 0:
            raise Failure(f"status {status}: {self._process.stderr.read().decode()}")


class Helper(Program):
    """A program of the benchmark's own that takes commands and answers with lines."""

    def __init__(self, *arguments):
        super().__init__(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def command(self, line):
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def answer(self, word):
        """The next line, which must begin with `word`: its NAME=NUMBER fields or plain number."""
        line = self._process.stdout.readline().decode().split()
        if not line or line[0] != word:
            raise Failure(f"expected {word!r}, got {line}: {self._errors()}")
        if len(line) == 2 and "=" not in line[1]:
            return int(line[1])
        return {name: int(value) for name, value in (field.split("=") for field in line[1:])}

    def _errors(self):
        self._process.kill()
        return self._process.stderr.read().decode()


class Peers(Helper):
    """One that says by a line when it is ready, and ends with its input."""

    def wait_ready(self):
        self.answer("ready")
        return now_ns()

    def stop(self):
        self._process.stdin.close()
        self._process.stdin = None
        status = self._process.wait(DEADLINE)
        if status != 0:
            raise Failure(f"status {status}: {self._process.stderr.read().decode()}")
