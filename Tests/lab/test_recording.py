"""What goes into the engine is recorded as docs/recording.md says, within what the unit allows."""

import pathlib
import re
import stat

from lab import Service, main_process, show, systemctl, wait

PAGE = pathlib.Path(__file__).parents[2] / "docs/recording.md"
RECORDING = pathlib.Path("/var/lib/peerd/recording")
OLD = RECORDING.with_name("recording.old")
MAGIC = b"peerd recording\n"


class Recording(Service):
    def setUp(self):
        super().setUp()
        for path in (RECORDING, OLD):
            self.addCleanup(path.unlink, missing_ok=True)

    @staticmethod
    def documented(pattern):
        """The lines of the page that are to go into the unit."""
        lines = re.findall(rf"^    ({pattern}.*)$", PAGE.read_text(), re.M)
        assert lines, pattern
        return "\n".join(lines)

    def record(self, *more):
        self.edit("peerd.service", "\n".join(["[Service]", self.documented("ExecStart="), *more]))

    def test_the_state_folder_has_it(self):
        self.record()
        self.start()
        self.journal.first(event="recording")
        self.assertEqual(stat.S_IMODE(RECORDING.stat().st_mode), 0o600)
        self.assertEqual(RECORDING.owner(), "peerd")
        wait("the beginning is written", lambda: RECORDING.read_bytes().startswith(MAGIC))
        systemctl("stop", "peerd")
        self.assertIn(b"the daemon ended", RECORDING.read_bytes())

    def test_another_start_is_refused_once_and_changes_nothing(self):
        self.record()
        self.start()
        systemctl("stop", "peerd")
        kept = RECORDING.read_bytes()
        systemctl("start", "peerd", check=False)
        wait("it has failed", lambda: show("ActiveState") == "failed")
        self.assertEqual((show("ExecMainStatus"), show("NRestarts")), ("78", "0"))
        self.assertEqual(RECORDING.read_bytes(), kept)
        self.assertIn("move it away", self.journal.first(event="start-failed")["MESSAGE"])

    def test_the_file_before_is_moved_away_where_that_is_wanted(self):
        self.record(self.documented("ExecStartPre="))
        self.start()
        wait("the first is written", lambda: RECORDING.read_bytes().startswith(MAGIC))
        number = main_process()
        systemctl("restart", "peerd")
        self.assertNotEqual(main_process(), number)
        self.assertIn(b"the daemon ended", OLD.read_bytes())
        wait("the second is written", lambda: RECORDING.read_bytes().startswith(MAGIC))
