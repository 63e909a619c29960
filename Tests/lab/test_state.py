"""What outlives the service: persistent peers and bans, in /var/lib/peerd."""

import json
import os
import pathlib
import signal
import socket
import stat

from lab import Service, main_process, show, systemctl, wait

DATABASE = pathlib.Path("/var/lib/peerd/peerd.db")


def call(method, **parameters):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect("/run/peerd/control")
        message = {"method": f"org.peerd.Peers.{method}", "parameters": parameters}
        client.sendall(json.dumps(message).encode() + b"\0")
        reply = b""
        while not reply.endswith(b"\0"):
            reply += client.recv(4096)
    return json.loads(reply[:-1])


class State(Service):
    def change(self):
        peer = "127.0.0.1:%d" % self.listen().getsockname()[1]
        self.assertNotIn("error", call("AddPersistent", address=peer))
        self.assertNotIn("error", call("Ban", prefix="192.0.2.0/24"))
        return peer

    def assert_restored(self, peer):
        restored = self.journal.first(event="state-restored")
        self.assertEqual(restored["MESSAGE"], "Restored 1 persistent peers and 1 bans")
        self.assertEqual(len(self.journal.entries(event="persistent-added", peer=peer)), 2)
        for trouble in ("failed", "late", "lost", "set-aside"):
            self.assertEqual(self.journal.entries(event=f"state-{trouble}"), [])

    def test_peers_and_bans_survive_a_restart(self):
        self.start()
        peer = self.change()
        systemctl("restart", "peerd")
        self.assert_restored(peer)
        self.assertEqual(stat.S_IMODE(DATABASE.stat().st_mode), 0o600)
        self.assertEqual(DATABASE.owner(), "peerd")

    def test_they_survive_a_crash(self):
        number = self.start()
        peer = self.change()
        # On disk when the log has them.
        log = DATABASE.with_name("peerd.db-wal")
        wait("they are on disk", lambda: b"192.0.2.0/24" in log.read_bytes()
             and peer.encode() in log.read_bytes())
        os.kill(number, signal.SIGKILL)
        wait("it is started again", lambda: show("NRestarts") == "1" and
             show("ActiveState") == "active")
        self.assertNotEqual(main_process(), number)
        self.assert_restored(peer)

    def test_a_damaged_file_is_set_aside_with_a_warning(self):
        self.start()
        systemctl("stop", "peerd")
        DATABASE.write_bytes(b"nonsense" * 1000)
        self.start()
        entry = self.journal.first(event="state-set-aside")
        self.assertEqual(entry["PRIORITY"], "4")
        self.assertEqual(len(list(DATABASE.parent.glob("peerd.db.damaged-*Z"))), 1)
        self.change()
        systemctl("restart", "peerd")
        self.assertEqual(len(self.journal.entries(event="state-restored")), 1)

    def test_a_peer_that_the_configuration_takes_over_is_not_stored_any_more(self):
        self.start()
        peer = self.change()
        self.configure(f'{self.configuration}[persistent]\npeers = ["{peer}"]')
        systemctl("reload", "peerd")
        self.configure(self.configuration)
        systemctl("restart", "peerd")
        restored = self.journal.first(event="state-restored")
        self.assertEqual(restored["MESSAGE"], "Restored 0 persistent peers and 1 bans")
