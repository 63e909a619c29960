#!/usr/bin/env python3
"""bench.py PROGRAMS: measures peerd beside the least that a C program would need.

PROGRAMS is the folder of peerd, floor, load, acceptor, peers, awake, blake256, corebench, wirebench and
bookbench. For each work both contenders take turns, so that what else the machine does meets both alike. Prints
one table of them, and those of the core and of frames alone.

With --against, the place of the floor is that of another build's programs."""

import argparse
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import network
from program import Failure
from works import HELD, Contender, Works


@dataclass
class Row:
    """A line of the table. A target is a bound: of the ratio to the floor, or of the number."""

    name: str
    work: str
    label: str
    unit: str
    most: float = None
    most_ratio: float = None
    least_ratio: float = None
    digits: int = 2


ROWS = [
    Row("accept", "hold", "inbound accepted and held, 19,000: CPU each", "µs", most_ratio=1.2),
    Row("rss", "hold", "RSS per idle raw connection", "bytes", most=200, digits=0),
    Row("idle", "hold", "idle with 19,000 held: CPU", "ms/s", most=0.05, digits=3),
    Row("closed-by-peers", "hold", "all closed by the peers", "ms", most_ratio=1.2, digits=0),
    Row("queue", "queue", "a full accept queue drained", "conns/s", least_ratio=0.6, digits=0),
    Row("queue-cpu", "queue", "the same: CPU each", "µs"),
    Row("shutdown", "queue", "all closed by our shutdown", "ms", most_ratio=1.2, digits=0),
    Row("dial", "dial", "outbound 10,000 dialled and held: CPU each", "µs", most_ratio=1.2),
    Row("dial-all", "dial", "the same: until all are there", "ms", most_ratio=1.2, digits=0),
    Row("shed-limit", "shed_at_limit", "shed at the limit, 50,000: CPU each", "µs",
        most_ratio=1.1),
    Row("shed-rate", "shed_by_rate", "shed by the rate limit, 50,000: CPU each", "µs",
        most_ratio=1.2),
    Row("replace", "replace", "loss to replacement arriving (CPUs awake)", "µs",
        most_ratio=1.2, digits=1),
    Row("start", "start", "start to ready", "ms", most=4),
    Row("start-rss", "start", "RSS after the start", "MiB", most=14),
    Row("start-private", "start", "of it private", "MiB", most=1.5),
    Row("greeted", "greet", "handshakes of 19,000 peers that dial", "1/s", digits=0),
    Row("greeted-cpu", "greet", "the same: CPU each", "µs", most=30),
    Row("peer-rss", "greet", "RSS per idle handshaken peer", "bytes", most=600, digits=0),
    Row("introduced", "introduce", "handshakes of 10,000 dialled peers", "1/s", digits=0),
    Row("introduced-cpu", "introduce", "the same: CPU each", "µs", most=30),
    Row("pinging", "ping", "idle with 5,000 handshaken peers, pings both ways: CPU", "ms/s",
        most=2),
    Row("hash-long", "hash", "BLAKE-256 of 1 MiB", "MB/s", least_ratio=0.6, digits=0),
    Row("hash-short", "hash", "BLAKE-256 of 8 bytes", "MB/s", least_ratio=0.6, digits=0),
]

# Whom peerd is measured beside.
FLOOR, BEFORE = "floor", "before"
# Works that take minutes: no more rounds than these.
MOST_ROUNDS = {"ping": 1}
# Works that have no counterpart in C: programs that print tables of their own.
ALONE = {"core": "corebench", "frames": "wirebench", "book": "bookbench"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--held", type=int, default=HELD)
    parser.add_argument("--against", type=Path, help="the folder of another build's peerd")
    works = list(dict.fromkeys(row.work for row in ROWS))
    parser.add_argument("--only", choices=works + list(ALONE), action="append")
    return parser.parse_args()


def measure(works, contenders, work, rounds):
    """The numbers of one work: name of the number, then of the contender, to a list of values."""
    numbers = {}
    rounds = min(rounds, MOST_ROUNDS.get(work, rounds))
    for turn in range(rounds):
        for contender in contenders:
            print(f"\r{work}: {turn + 1} of {rounds}, {contender.name}   ", end="", file=sys.stderr)
            network.renew()
            for name, value in getattr(works, work)(contender).items():
                numbers.setdefault(name, {}).setdefault(contender.name, []).append(value)
    print("\r" + " " * 60, end="\r", file=sys.stderr)
    return numbers


def format_values(values, digits):
    median = statistics.median(values)
    return f"{median:,.{digits}f}", f"{min(values):,.{digits}f} to {max(values):,.{digits}f}"


def judge(row, ratio, median):
    """The target as text, and whether it was reached; None where there is none."""
    if row.most is not None:
        return f"<= {row.most:g} {row.unit}", median <= row.most
    if row.most_ratio is not None:
        return f"<= {row.most_ratio:g} C", ratio <= row.most_ratio
    if row.least_ratio is not None:
        return f">= {row.least_ratio:g} C", ratio >= row.least_ratio
    return "", None


def line(row, numbers, against_floor):
    peerd, floor = (numbers[name] for name in ("peerd", FLOOR if against_floor else BEFORE))
    # Of each pair by itself: what made both slow for a while makes neither look slower.
    ratio = statistics.median(mine / max(least, 1e-9) for mine, least in zip(peerd, floor))
    median = statistics.median(peerd)
    target, reached = judge(row, ratio, median) if against_floor else ("", None)
    verdict = {True: "ok", False: "missed", None: ""}[reached]
    label = f"{row.label}, {row.unit}"
    shown = f"{ratio:.2f}" if ratio < 100 else "-"
    return [label, *format_values(floor, row.digits), *format_values(peerd, row.digits), shown,
            target, verdict]


def print_table(header, lines):
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    for index, cells in enumerate([header, *lines]):
        padded = [
            cell.ljust(width) if column in (0, len(header) - 2, len(header) - 1)
            else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths))
        ]
        print("| " + " | ".join(padded) + " |")
        if index == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def main():
    arguments = parse_arguments()
    works = Works(arguments.programs, arguments.held)
    against_floor = arguments.against is None
    other = Contender(FLOOR, arguments.programs) if against_floor else Contender(
        BEFORE, arguments.against)
    contenders = [other, Contender("peerd", arguments.programs)]
    chosen = arguments.only or list(dict.fromkeys(row.work for row in ROWS)) + list(ALONE)
    print(f"Linux {platform.release()}, {platform.machine()}; {arguments.rounds} rounds, "
          f"{'a network of its own for each run' if network.is_private() else 'the host’s network'}"
          "; median, and minimum to maximum")
    lines, failed = [], False
    for work in chosen:
        if work in ALONE:
            continue
        try:
            numbers = measure(works, contenders, work, arguments.rounds)
        except Failure as failure:
            print(f"\n{work}: {failure}", file=sys.stderr)
            failed = True
            continue
        lines += [line(row, numbers[row.name], against_floor) for row in ROWS
                  if row.work == work]
    header = ["work", "C" if against_floor else BEFORE, "min to max", "peerd", "min to max", "ratio", "target", ""]
    if lines:
        print_table(header, lines)
    for program in (program for work, program in ALONE.items() if work in chosen):
        print()
        sys.stdout.flush()
        failed |= subprocess.run([arguments.programs / program], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
