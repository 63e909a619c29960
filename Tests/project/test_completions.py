"""The completions, in the shells that they are for, of a daemon that runs."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from project import DEADLINE, RELEASE, run

# Sources a script and prints what is offered for a line whose last word is being written.
BASH = r"""
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
[[ $(complete -p "$1") =~ -F\ ([^ ]+) ]]
"${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""

# A zsh on a terminal of its own, in which somebody types a line and a tab. What is offered is said,
# as _describe and its like hand it over; behind it the shell ends.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $1"
while zpty -r shell line && [[ $line != *READY* ]]; do :; done
zpty -w -n shell "$2"$'\t'
while zpty -r shell line && [[ $line != *THAT-IS-ALL* ]]; do print -r -- "$line"; done
"""
ZSH_SETUP = r"""
PROMPT= fpath=("${0:h}/zsh" $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
    [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]] || {
        local -a found
        builtin compadd -A found "$@"
        print -rl -- OFFERED:${^found}
    }
    builtin compadd "$@"
}
that-is-all() { print THAT-IS-ALL; exit }
comppostfuncs=(that-is-all)
bindkey '^I' complete-word
print REA''DY
"""


class Completions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="peerd-completions-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.socket = cls.folder / "control"
        cls.daemon = subprocess.Popen(
            [RELEASE / "peerd", "--config=/dev/null", "--set=listen=[]", "--set=outbound.target=0",
             f"--runtime={cls.folder}"], stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.end)
        end = time.monotonic() + DEADLINE
        while cls.peerctl("status", check=False).returncode != 0:
            if time.monotonic() > end or cls.daemon.poll() is not None:
                raise AssertionError("the daemon doesn't answer")
            time.sleep(0.05)
        for address in ("127.0.0.1:4444", "127.0.0.2:4444"):
            cls.peerctl("connect", address, "--persistent")
        for prefix in ("198.51.100.0/24", "2001:db8::/48"):
            cls.peerctl("ban", prefix)
        # As a shell finds it.
        cls.path = {**os.environ, "PATH": f"{RELEASE}:{os.environ['PATH']}",
                    "PEERCTL_SOCKET": str(cls.socket)}
        for program in ("peerd", "peerctl"):
            for shell in ("bash", "zsh", "fish"):
                script = run(RELEASE / program, "--generate-completion-script", shell).stdout
                (cls.folder / f"{program}.{shell}").write_text(script)
        (cls.folder / "zsh").mkdir()
        for program in ("peerd", "peerctl"):
            shutil.copy(cls.folder / f"{program}.zsh", cls.folder / "zsh" / f"_{program}")
        (cls.folder / "setup.zsh").write_text(ZSH_SETUP)

    @classmethod
    def end(cls):
        cls.daemon.kill()
        cls.daemon.wait()

    @classmethod
    def peerctl(cls, *arguments, check=True):
        return run(RELEASE / "peerctl", "--socket", cls.socket, *arguments, check=check)

    def offered(self, *words, **environment):
        """What bash offers for the last of the words, which may be empty."""
        said = run("bash", "-c", BASH, "bash", self.folder / f"{words[0]}.bash", *words,
                   env={**self.path, **environment}).stdout
        return [line for line in said.splitlines() if line]

    def offered_by_zsh(self, line):
        said = run("zsh", "-f", "-c", ZSH, "zsh", self.folder / "setup.zsh", line,
                   env={**self.path, "HOME": str(self.folder), "TERM": "dumb"}).stdout
        return sorted(re.findall(r"OFFERED:(\S+)", said))

    def offered_by_fish(self, line):
        """What fish offers on a terminal: elsewhere it knows no line that is being written."""
        result = self.folder / "offered"
        result.unlink(missing_ok=True)
        sources = "; ".join(f"source {self.folder}/{name}.fish" for name in ("peerd", "peerctl"))
        subprocess.run(
            ["script", "--quiet", "--return", "--command", f"fish --no-config -C '{sources}'",
             "/dev/null"], input=f"complete -C '{line}' > {result}; exit\r", text=True, check=True,
            stdout=subprocess.DEVNULL, timeout=DEADLINE,
            env={**self.path, "HOME": str(self.folder), "TERM": "xterm"})
        return sorted(line.split("\t")[0] for line in result.read_text().splitlines())

    def test_zsh_and_fish_offer_what_the_daemon_knows(self):
        for line, words in {
                "peerctl disconnect ": ["1", "2"],
                "peerctl unban ": ["198.51.100.0/24", "2001:db8::/48"],
                "peerctl unban 2001:d": ["2001:db8::/48"],
                "peerctl explain 127.0.0.1": ["127.0.0.1:4444"],
                "peerctl help add": ["add-addresses"],
                "peerctl log-level w": ["warning"],
                "peerctl l": ["list", "log-level"],
                "peerd --ch": ["--check-config"],
                "peerd --set outbound.tar": ["outbound.target="],
        }.items():
            for offered in (self.offered_by_zsh, self.offered_by_fish):
                with self.subTest(line=line, shell=offered.__name__):
                    self.assertEqual(offered(line), words)

    def test_bash_offers_the_connections_that_are_meant(self):
        self.assertEqual(self.offered("peerctl", "disconnect", ""), ["1", "2"])
        self.assertEqual(self.offered("peerctl", "remove", "2"), ["2"])
        self.assertEqual(sorted(self.offered("peerctl", "explain", "127.0.0.1")),
                         ["127.0.0.1:4444"])
        # Without a daemon nothing is offered, and nothing is said.
        self.assertEqual(
            self.offered("peerctl", "disconnect", "", PEERCTL_SOCKET="/nowhere/socket"), [])
        self.assertEqual(
            self.offered("peerctl", "--socket", str(self.socket), "remove", "",
                         PEERCTL_SOCKET="/nowhere/socket"), ["1", "2"])

    def test_no_shell_waits_for_a_daemon_that_stands_still(self):
        self.daemon.send_signal(signal.SIGSTOP)
        self.addCleanup(self.daemon.send_signal, signal.SIGCONT)
        begun = time.monotonic()
        self.assertEqual(self.offered("peerctl", "disconnect", ""), [])
        # A second, where commands wait for half a minute.
        self.assertLess(time.monotonic() - begun, 15)

    def test_bash_offers_bans_also_behind_their_colons(self):
        self.assertEqual(sorted(self.offered("peerctl", "unban", "")),
                         ["198.51.100.0/24", "2001:db8::/48"])
        self.assertEqual(self.offered("peerctl", "unban", "2001", ":", "d"), ["db8::/48"])
        self.assertEqual(self.offered("peerctl", "unban", "2001", ":", "db8", "::"), ["/48"])
        self.assertEqual(self.offered("peerctl", "explain", "127.0.0.2", ":"), ["4444"])

    def test_bash_offers_commands_topics_and_words(self):
        commands = self.offered("peerctl", "")
        for command in ("status", "config", "check", "wait", "help"):
            self.assertIn(command, commands)
        topics = self.offered("peerctl", "help", "")
        self.assertEqual(set(topics), set(commands) - {"help", *(
            word for word in commands if word.startswith("-"))})
        self.assertEqual(self.offered("peerctl", "help", "add"), ["add-addresses"])
        self.assertEqual(self.offered("peerctl", "log-level", "w"), ["warning"])

    def test_bash_offers_instances(self):
        said = run("unshare", "--user", "--map-root-user", "--mount", "bash", "-c",
                   "mount -t tmpfs none /run && mkdir /run/peerd-simnet /run/peerd-control "
                   f"/run/peerd && exec {RELEASE}/peerctl ---completion status -- --instance "
                   "2 0 peerctl -i ''", env={**self.path, "SAP_SHELL": "bash"}, check=False)
        if said.returncode != 0:
            self.skipTest("this machine allows no mount namespace")
        self.assertIn("simnet", said.stdout.split())
        self.assertNotIn("control", said.stdout.split())

    def test_bash_completes_the_daemon_s_command_line(self):
        self.assertIn("--check-config", self.offered("peerd", "--"))
        self.assertEqual(self.offered("peerd", "--set", "outbound.tar"), ["outbound.target="])

    def test_the_scripts_are_right_for_each_shell(self):
        for program in ("peerd", "peerctl"):
            for shell in ("bash", "zsh", "fish"):
                run(shell, "-n", self.folder / f"{program}.{shell}")


if __name__ == "__main__":
    unittest.main()
