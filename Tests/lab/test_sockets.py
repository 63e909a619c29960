"""Sockets that systemd makes and passes on."""

import os
import pathlib
import socket
import stat

from lab import PORT, Service, connect, main_process, show, systemctl, wait

CONTROL = "/run/peerd-control/socket"


def inodes_held(number):
    """The sockets that a process has open."""
    links = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{number}/fd").iterdir()]
    return {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}


def listening_inode(path):
    """The inode of the local socket that listens at a path."""
    for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]:
        columns = line.split()
        # Flag 0x10000: it accepts connections.
        if columns[-1] == path and int(columns[3], 16) & 0x10000:
            return columns[6]
    return None


class Activation(Service):
    # All peers are one host: a listener on every address doesn't trust loopback.
    configuration = 'inbound.burst = 20\n[[listen]]\naddress = "127.0.0.1:4001"\n'

    def test_a_first_connection_starts_the_daemon_on_both_families(self):
        for host in ("127.0.0.1", "::1"):
            with self.subTest(host):
                systemctl("start", "peerd.socket")
                self.assertEqual(show("ActiveState"), "inactive")
                peer = self.connect_many(1, host=host)[0]
                wait("it has started", lambda: show("ActiveState") == "active")
                self.await_status("1 inbound")
                peer.close()
                systemctl("stop", "peerd.socket", "peerd.service")

    def test_both_families_are_served_and_the_configured_listener_is_ignored_aloud(self):
        systemctl("start", "peerd.socket", "peerd.service")
        self.connect_many(2, host="127.0.0.1")
        self.connect_many(2, host="::1")
        self.await_status("4 inbound")
        with self.assertRaises(ConnectionRefusedError):
            connect(port=4001)
        entry = self.journal.first(event="listeners-inherited")
        self.assertEqual(entry["MESSAGE"],
                         "Using 2 inherited listeners, ignoring 1 of the configuration")
        self.assertEqual((entry["PRIORITY"], entry["PEERD_COUNT"]), ("4", "2"))
        listeners = {entry["PEERD_LISTENER"] for entry in self.journal.entries(event="listening")}
        self.assertEqual(listeners, {f"0.0.0.0:{PORT}", f"[::]:{PORT}"})
        # A reload leaves them alone as well.
        systemctl("reload", "peerd")
        self.journal.first(event="reloaded")
        self.connect_many(1, host="::1")

    def test_peers_wait_while_the_daemon_restarts(self):
        systemctl("start", "peerd.socket", "peerd.service")
        systemctl("stop", "peerd.service")
        peer = self.connect()
        wait("it was started again", lambda: show("ActiveState") == "active")
        self.await_status("1 inbound")
        peer.close()

    def test_the_control_socket_is_made_for_the_group_and_stays_open(self):
        systemctl("start", "peerd-control.socket", "peerd.service")
        found = os.stat(CONTROL)
        self.assertEqual(stat.filemode(found.st_mode), "srw-rw----")
        inode = listening_inode(CONTROL)
        self.assertIn(inode, inodes_held(main_process()))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(CONTROL)
        self.assertEqual(self.journal.entries(event="socket-ignored"), [])
        # Own listeners, since no socket unit has passed any.
        self.connect(port=4001)
        systemctl("stop", "peerd.service")
        self.assertEqual(listening_inode(CONTROL), inode)

    def test_a_socket_with_an_unknown_name_is_closed_aloud(self):
        self.edit("peerd-control.socket", "[Socket]\nFileDescriptorName=peers\n")
        systemctl("start", "peerd-control.socket", "peerd.service")
        entry = self.journal.first(event="socket-ignored")
        self.assertIn("'peers'", entry["MESSAGE"])
        self.assertNotIn(listening_inode(CONTROL), inodes_held(main_process()))
        self.connect(port=4001)
