"""The journal: fields, explanations, the history of a peer, and what happens when it is stuck."""

import os
import pathlib
import re
import socket
import time

from lab import (PORT, SOURCE, Service, is_accepted, is_open, knock, main_process, run, show,
                 systemctl, wait)

# Of every entry, whatever it says.
COMMON = {"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", "PEERD_EVENT"}
LEVELS = {"error": "3", "warning": "4", "info": "6", "debug": "7"}


def documented():
    """The table of events in docs/journal.md: each with its level and fields."""
    table = {}
    for line in (SOURCE / "docs/journal.md").read_text().splitlines():
        row = re.match(r"\| `([a-z-]+)` \| (\w+) \| ([^|]+) \|", line)
        if row:
            table[row[1]] = (row[2], set(re.findall(r"`([A-Z_]+)`", row[3])))
    return table


def own_fields(entry):
    """Without what journald adds (a leading underscore) and what the transport does."""
    return {name for name in entry
            if not name.startswith("_") and name not in ("SYSLOG_FACILITY", "SYSLOG_TIMESTAMP")}


class Entries(Service):
    def live(self):
        """A life with an entry of most kinds; the addresses of those who came and were refused."""
        server = self.listen()
        self.wanted = "127.0.0.1:%d" % server.getsockname()[1]
        # Of another network group: the persistent peer has taken that of 127.0.0.1.
        nobody = "127.77.0.1:%d" % self.free_port()
        base = (f'[[listen]]\naddress = "127.0.0.1:{PORT}"\n[log]\nlevel = "debug"\n'
                "[limits]\nconnections = 3\nreserved-manual = 0\n"
                '[outbound]\ntarget = 1\naddresses = ["%s"]\nretry = "100ms"\n' % nobody)
        self.configure(base + f'[persistent]\npeers = ["{self.wanted}", "nowhere.invalid:1"]\n')
        self.start()
        self.accept(server).close()
        self.journal.first(event="retrying", peer=self.wanted)
        comer = self.connect_many(1)[0]
        self.refused = knock()
        self.journal.first(event="refused")
        self.came = "127.0.0.1:%d" % comer.getsockname()[1]
        comer.close()
        self.journal.first(event="disconnected", peer=self.came)
        self.journal.first(event="connection-failed", reason="unresolved")
        self.journal.first(event="connection-failed", reason="refused", peer=nobody)
        self.configure(base)
        systemctl("reload", "peerd")
        self.journal.first(event="reloaded")
        systemctl("kill", "--signal=USR1", "--kill-who=main", "peerd")
        self.journal.first(event="status")
        systemctl("stop", "peerd")
        self.journal.first(event="shutting-down")

    def free_port(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            return server.getsockname()[1]

    def test_every_entry_has_the_fields_that_are_documented_and_no_other(self):
        self.live()
        table = documented()
        entries = [entry for entry in self.journal.entries() if "PEERD_EVENT" in entry]
        seen = {entry["PEERD_EVENT"] for entry in entries}
        self.assertLessEqual(
            {"attempting", "connected", "connection-failed", "accepted", "disconnected", "refused",
             "retrying", "persistent-added", "persistent-removed", "listening", "started",
             "reloading", "reloaded", "status", "shutting-down"},
            seen)
        catalogue = (SOURCE / "systemd/peerd.catalog").read_text()
        for entry in entries:
            level, fields = table[entry["PEERD_EVENT"]]
            own = own_fields(entry)
            self.assertLessEqual(COMMON, own, entry)
            self.assertLessEqual(own - COMMON, fields, entry["PEERD_EVENT"])
            self.assertRegex(entry["MESSAGE_ID"], "^[0-9a-f]{32}$")
            self.assertIn(f"-- {entry['MESSAGE_ID']}\n", catalogue)
            self.assertEqual(entry["SYSLOG_IDENTIFIER"], "peerd")
            if entry["PEERD_EVENT"] not in ("connection-failed", "disconnected"):
                self.assertEqual(entry["PRIORITY"], LEVELS[level], entry)
            # journald itself says whose they are, so nobody else can claim to be the daemon.
            self.assertEqual(entry["_SYSTEMD_UNIT"], "peerd.service")
            self.assertEqual(entry["_TRANSPORT"], "journal")

        accepted = self.journal.first(event="accepted", peer=self.came)
        self.assertEqual(accepted["PEERD_KIND"], "inbound")
        self.assertGreater(int(accepted["PEERD_CONNECTION"]), 0)
        ended = self.journal.first(event="disconnected", peer=self.came)
        self.assertEqual(ended["PEERD_REASON"], "closed-by-peer")
        self.assertEqual(ended["PEERD_CONNECTION"], accepted["PEERD_CONNECTION"])
        self.assertGreater(int(ended["PEERD_DURATION_USEC"]), 0)
        refused = self.journal.first(event="refused", peer=self.refused)
        self.assertEqual(refused["PEERD_REASON"], "too-many-connections")
        self.assertEqual(refused["PEERD_RULE"], "limits.connections")
        self.assertEqual(refused["PEERD_LIMIT"], "3")
        retrying = self.journal.first(event="retrying", peer=self.wanted)
        self.assertEqual(retrying["PEERD_RETRIES"], "1")
        self.assertIn(int(retrying["PEERD_DURATION_USEC"]), range(2_500_000, 5_000_001))
        self.explain()
        self.history(ended["PEERD_CONNECTION"])

    def explain(self):
        """journalctl -x shows what the catalogue says, with the entry's own values."""
        text = self.journal.text("-x", "PEERD_EVENT=refused")
        self.assertIn("░░ Subject: An inbound peer was refused", text)
        self.assertIn(f"The peer {self.refused} connected to us and was sent away "
                      "(too-many-connections)", text)
        text = self.journal.text("-x", "PEERD_EVENT=retrying", f"PEERD_PEER={self.wanted}")
        self.assertIn(f"The persistent peer {self.wanted} is not connected", text)

    def history(self, connection):
        """journalctl PEERD_PEER= is one peer's life and nobody else's."""
        events = [entry["PEERD_EVENT"] for entry in self.journal.entries(peer=self.came)]
        self.assertEqual(events, ["accepted", "disconnected"])
        lines = self.journal.text("-o", "cat", f"PEERD_PEER={self.came}").splitlines()
        self.assertEqual(lines[0], f"Accepted connection from {self.came} "
                                   f"(id: {connection}, type: inbound)")
        events = [entry["PEERD_EVENT"] for entry in self.journal.entries(peer=self.wanted)]
        self.assertEqual(events[:5], ["persistent-added", "attempting", "connected",
                                      "disconnected", "retrying"])
        self.assertEqual(events[-1], "persistent-removed")

    def test_the_level_decides_what_is_written(self):
        self.start()
        self.connect_many(1)[0].close()
        self.await_status("0 inbound")
        self.assertEqual(self.journal.entries("PRIORITY=7"), [])
        self.assertNotEqual(self.journal.entries("PRIORITY=6"), [])

    def test_a_line_on_a_terminal_has_its_level_in_front_instead(self):
        said = run("runuser", "-u", "peerd", "--", "timeout", "--preserve-status", "1",
                   "/usr/bin/peerd", f"--set=listen=[{{address=\"127.0.0.1:{PORT}\"}}]").stdout
        self.assertIn(f"<6>Listening on 127.0.0.1:{PORT}\n", said)
        self.assertIn("<6>Shutting down with 0 connections\n", said)


class Stuck(Service):
    """A thousand peers at log.level=debug, and nobody takes the thousand entries."""

    peers = 1000
    configuration = (f'[[listen]]\naddress = "127.0.0.1:{PORT}"\n'
                     '[log]\nlevel = "debug"\n[limits]\nconnections = 2000\n')
    # Seconds for one good peer in all of this. A loop that waited for the journal would stand for
    # as long as that does.
    prompt = 5

    def setUp(self):
        super().setUp()
        # A loop that waits for longer is killed.
        self.edit("peerd.service", "[Service]\nWatchdogSec=5s")

    def await_good_peer(self):
        began = time.monotonic()
        peer = self.connect()
        wait("a good peer is accepted", lambda: is_accepted(peer))
        self.assertLess(time.monotonic() - began, self.prompt)
        self.assertTrue(is_open(peer))

    def crowd(self):
        peers = self.connect_many(self.peers)
        self.await_good_peer()
        self.assertTrue(all(is_open(peer) for peer in peers))

    def test_a_stopped_journal_costs_entries_which_are_counted_and_nothing_else(self):
        number = self.start()
        # Before it is stopped: systemctl would wait for it.
        journald = main_process("systemd-journald.service")
        self.stop_process(journald)
        self.crowd()
        # Longer than the watchdog's patience.
        time.sleep(6)
        self.await_good_peer()
        self.resume(journald)
        wait("the loss is logged", lambda: self.lost() > 0)
        accepted = len(self.journal.entries(event="accepted"))
        self.assertLess(accepted, self.peers)
        self.assertGreaterEqual(accepted + self.lost(), self.peers + 2)
        self.assertEqual(main_process(), number)
        # It is told once, and from now on nothing is lost.
        before = self.lost()
        name = "127.0.0.1:%d" % self.connect_many(1)[0].getsockname()[1]
        self.journal.first(event="accepted", peer=name)
        self.assertEqual(self.lost(), before)

    def lost(self):
        entries = self.journal.entries(event="journal-lost")
        for entry in entries:
            self.assertEqual(entry["PRIORITY"], "4")
            self.assertIn(f"did not take {entry['PEERD_COUNT']} entries", entry["MESSAGE"])
        return sum(int(entry["PEERD_COUNT"]) for entry in entries)

    def test_a_reader_that_does_not_read_costs_entries_which_are_counted_and_nothing_else(self):
        reader = self.replace_journal()
        number = self.start()
        self.crowd()
        # What fitted between the two, and then the word of what didn't.
        entries = self.read(reader, until=b"PEERD_EVENT=journal-lost\n")
        accepted = sum(b"PEERD_EVENT=accepted\n" in entry for entry in entries)
        lost = sum(int(re.search(rb"PEERD_COUNT=(\d+)\n", entry)[1])
                   for entry in entries if b"PEERD_EVENT=journal-lost\n" in entry)
        self.assertLess(accepted, self.peers)
        self.assertGreater(lost, 0)
        self.assertGreaterEqual(accepted + lost, self.peers + 1)
        self.assertEqual(main_process(), number)
        self.assertEqual(show("NRestarts"), "0")

    def replace_journal(self):
        """Puts a socket of ours in the place of journald's."""
        path = pathlib.Path("/run/systemd/journal/socket")
        aside = path.with_name("socket.aside")
        path.rename(aside)
        self.addCleanup(aside.rename, path)
        reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(reader.close)
        reader.bind(str(path))
        os.chmod(path, 0o666)
        reader.settimeout(30)
        return reader

    def read(self, reader, until):
        entries = []
        while not entries or until not in entries[-1]:
            entries.append(reader.recv(1 << 20))
        return entries
