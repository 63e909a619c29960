"""Tests/scripts/systemd-lab.sh, as far as systemd itself isn't needed to see it."""

import os
import unittest

from project import run

# What an administrator's machine may have: disks of their own below top folders.
MOUNTED = """
set -e
mount -t tmpfs none /srv
mkdir "/srv/a disk"
mount -t tmpfs none "/srv/a disk"
echo far >"/srv/a disk/file"
mount -t tmpfs none /usr/local/games
echo near >/usr/local/games/file
trap '"$lab" down --kill' EXIT
"$lab" up
"$lab" sh 'cat "/srv/a disk/file" /usr/local/games/file; echo inside >/usr/local/games/file'
"$lab" sh 'touch "/srv/a disk/new"' || echo read-only
cat /usr/local/games/file
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root, for a systemd of its own")
class Mounts(unittest.TestCase):
    def test_what_is_mounted_below_top_folders_is_seen_and_kept(self):
        name = f"project-{os.getpid()}"
        said = run("unshare", "--mount", "bash", "-c", MOUNTED,
                   env={**os.environ, "LAB_NAME": name, "lab": "Tests/scripts/systemd-lab.sh"})
        lines = [line for line in said.stdout.splitlines() if not line.startswith("systemd-lab[")]
        self.assertEqual(lines[:2], ["far", "near"], said.stdout)
        self.assertEqual(lines[-2:], ["read-only", "near"], said.stdout)


if __name__ == "__main__":
    unittest.main()
