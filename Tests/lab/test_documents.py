"""The commands in README.md and docs, as they are printed, on the installed service.

Every line of a block that is a command is either run here or named with the reason why not, so that a
command which is added is noticed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from lab import PROGRAM, SOURCE, Service, run, systemctl, wait

# What the first word of a command may be. Other lines of blocks are what is answered, or files.
PROGRAMS = {
    "adduser", "cat", "cp", "git", "grep", "journalctl", "jq", "ls", "make", "mkdir", "nstat", "peerctl",
    "peerd", "printf", "python3", "sqlite3", "ss", "sudo", "swift", "systemctl", "sysctl",
    ".build/release/peerd", ".build/release/peerctl", "Tests/scripts/alone.sh",
    "Tests/scripts/systemd-lab.sh",
}
# Why some aren't run here: what begins so, or contains it.
ELSEWHERE = {
    r"^make (run|test|build|check|simulate|bench|fuzz)": "builds, or is the tests themselves",
    r"^(sudo )?make (un)?install": "test_install",
    r"^git ": "fetches",
    r"^swift |^Tests/scripts/alone\.sh swift": "builds",
    r"systemd-lab\.sh": "Tests/project, and this lab itself",
    r"^systemctl edit": "opens an editor",
    r"^peerd --record": "test_recording",
    r"^\.build/release/|^mkdir -p /tmp/peerd": "Tests/project",
    r"^printf ": "Tests/scripts/real-clients.py",
    r"[|\]A-Z]{3,}\]|\[--|\bADDRESS\b|\bNAME\b|\bPREFIX\b|\bID\b|\bEVENT\b|on\|off|error\|warning":
        "says what there is, with words in the place of values",
    r"^peerctl \[": "says what there is",
    r"──►": "a drawing",
    r"\.damaged-": "of a file that is named by the moment of the damage",
}
# What is printed with its failure or may not find what only the page's author had, by the text of the
# command and how often it was run before: its status, None for any.
FAILS = {
    ("peerctl connect 127.83.0.1", 1): 1,
    ("peerctl -i testnet", 0): None,
    ("systemctl reload peerd", 0): 1,
    ("peerd --config peerd.toml --set log.level=loud --check-config", 0): 78,
}
# What goes on until it is ended.
ENDLESS = r"^peerctl monitor|^peerd --set outbound|^python3 .*follow"
PEERS = ["127.81.0.1", "127.82.0.1", "127.83.0.1"]

CONFIG = """
network = "regnet"
gossip = "always"
[outbound]
target = 3
addresses = ["127.81.0.1", "127.82.0.1"]
[persistent]
peers = ["localhost:4444"]
"""


def commands(document):
    """The commands of a document in their order, each in one line, without what is said of them."""
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", document.read_text(), re.M):
        lines = [line[4:] for line in re.sub(r"\\\n\s*", " ", block).splitlines()]
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            if prompted and not line.startswith("$ "):
                continue
            line = line.removeprefix("$ ")
            # Behind two blanks it is said what a command is for.
            line = re.sub(r"\s{2,}(?!-|'|\|).*$|\s+# .*$", "", line.strip())
            line = re.sub(r"\s+", " ", line)
            words = [word for word in line.split() if "=" not in word.split("'")[0]]
            if words and words[0] in PROGRAMS:
                yield line


def reason(command):
    for pattern, why in ELSEWHERE.items():
        if re.search(pattern, command):
            return why
    return None


class Commands(Service):
    configuration = CONFIG

    def setUp(self):
        super().setUp()
        self.peers = [
            subprocess.Popen(
                [PROGRAM, "--config=/dev/null", "--set=network=regnet", "--set=outbound.target=0",
                 f'--set=listen=[{{address="{peer}:18655"}}]', f'--set=outbound.bind=["{peer}"]'],
                stderr=subprocess.DEVNULL, env={})
            for peer in PEERS]
        self.addCleanup(self.end_peers)
        # An enabled unit stays loaded, and its starts would be counted for the tests that follow.
        self.addCleanup(systemctl, "disable", "--now", "peerd@testnet", "peerd.socket",
                        "peerd-control.socket", "peerd", check=False)
        self.runs = {}
        self.fails = dict(FAILS)
        folder = pathlib.Path("/run/example")
        folder.mkdir(exist_ok=True)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder)

    def end_peers(self):
        for peer in self.peers:
            peer.kill()
            peer.wait()

    def execute(self, command):
        programs = set(re.findall(r"\b(jq|sqlite3)\b", command))
        if not all(map(shutil.which, programs)):
            return  # Somebody else's, which the daemon doesn't need.
        before = self.runs.get(command, 0)
        self.runs[command] = before + 1
        command_line = command.replace("sudo ", "")
        if re.search(ENDLESS, command):
            # It has begun and has not ended.
            command_line, expected = f"timeout 2 {command_line}", 124
        else:
            expected = self.fails.get((command, before), 0)
        result = run("bash", "-c", f"set -o pipefail; {command_line}", check=False)
        if expected is not None:
            self.assertEqual(result.returncode, expected, f"{command}\n{result.stdout}")

    def run_document(self, name, before=None):
        self.start()
        ran = []
        for command in commands(SOURCE / name):
            if reason(command) is None:
                if before:
                    before(command)
                self.execute(command)
                ran.append(command)
        return ran

    def test_of_the_readme(self):
        ran = self.run_document("README.md")
        self.assertIn("sudo systemctl enable --now peerd", ran)

    def test_of_the_tour(self):
        pathlib.Path("seeds.txt").write_text("127.91.0.1\n")

        def before(command):
            if command == "peerctl connect 127.83.0.1" and command not in self.runs:
                wait("two are held", lambda: "2/3 outbound" in run("peerctl").stdout)
            # The page lists the command, and shows one that fails.
            if command == "peerctl reload" and command in self.runs:
                self.configure("[outbound]\ntaget = 3\n")
                self.fails[(command, 1)] = 1

        ran = self.run_document("docs/peerctl.md", before)
        self.assertGreater(len(ran), 15)

    def test_of_installing(self):
        def before(command):
            if command.startswith("peerd --check-config"):
                systemctl("stop", "peerd")
            elif command == "systemctl reload peerd":
                self.configure("[persistant]\n")
            elif command == "systemctl disable --now peerd":
                self.configure(CONFIG)
                systemctl("stop", "peerd-control.socket")
            elif command == "peerctl -i testnet":
                wait("the instance answers", lambda: run(
                    "peerctl", "-i", "testnet", check=False).returncode == 0)

        ran = self.run_document("docs/installing.md", before)
        self.assertIn("systemctl enable --now peerd@testnet", ran)

    def test_of_the_other_documents(self):
        self.addCleanup(shutil.rmtree, "/tmp/look", ignore_errors=True)
        # The example of the page about the configuration.
        pathlib.Path("peerd.toml").write_text('[[listen]]\naddress = "127.0.0.1:9999"\n')

        def before(command):
            if "/run/peerd-control/socket" in command:
                systemctl("stop", "peerd")
                systemctl("start", "peerd-control.socket", "peerd")
            if command.startswith("peerctl ") or "/var/lib/peerd" in command:
                wait("it answers", lambda: run("peerctl", check=False).returncode == 0)

        done = {"peerctl.md", "installing.md"}
        for path in sorted((SOURCE / "docs").glob("*.md")):
            if path.name not in done:
                with self.subTest(path.name):
                    self.run_document(f"docs/{path.name}", before)

    def test_each_is_run_or_named(self):
        # A block that none of the tests' patterns takes for commands would be left out unseen.
        found = [command for path in [SOURCE / "README.md", *(SOURCE / "docs").glob("*.md")]
                 for command in commands(path)]
        self.assertGreater(len(found), 90)
        self.assertGreater(len([command for command in found if reason(command) is None]), 50)


if __name__ == "__main__":
    unittest.main()
