"""A loopback network of the benchmark's own, for each run a new one."""

import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000

# What a queue of all connections needs, and ports for all that one run makes.
SETTINGS = {
    "net/core/somaxconn": "65535",
    "net/ipv4/tcp_max_syn_backlog": "65535",
    "net/ipv4/ip_local_port_range": "10240 65000",
}


def is_private():
    """Whether runs get networks of their own; only root may make them."""
    return os.geteuid() == 0


def renew():
    """Moves this process, and what it starts from now on, into a new network with nothing in it
    but loopback: what earlier runs left behind in TIME_WAIT is gone."""
    if not is_private():
        return
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in SETTINGS.items():
        with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
            file.write(value)


def longest_queue():
    """How many connections may wait to be accepted."""
    with open("/proc/sys/net/core/somaxconn", encoding="ascii") as file:
        return int(file.read())
