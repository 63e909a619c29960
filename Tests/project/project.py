"""What the tests of this folder share: the source tree and how commands are run."""

import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).parents[2]
RELEASE = pathlib.Path(os.environ["PEERD_RELEASE"])
# Seconds; a hundred times what it takes on a machine with nothing else to do.
DEADLINE = 60


def run(*command, check=True, **options):
    """Runs a command to its end and returns what it said, both streams together in `stdout`."""
    result = subprocess.run(
        [str(part) for part in command], cwd=options.pop("cwd", SOURCE), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        timeout=DEADLINE, **options,
    )
    if check and result.returncode != 0:
        words = " ".join(map(str, command))
        raise AssertionError(f"{words}: status {result.returncode}\n{result.stdout}")
    return result


def stage(folder, *variables):
    """Installs what is built below a folder, as on a machine without Swift."""
    run("make", "--no-print-directory", "install", f"DESTDIR={folder}", f"RELEASE={RELEASE}",
        *variables, env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
