"""The documents: their links lead somewhere, and their examples are what is shipped."""

import os
import pathlib
import re
import subprocess
import tempfile
import textwrap
import unittest

from project import RELEASE, SOURCE, run, stage

LINK = re.compile(r"\]\(([^)\s]+)\)")
DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]


def anchors(document):
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(top):
    """Those of README.md and docs in a folder that lead nowhere in it."""
    broken = []
    for document in [top / "README.md", *sorted((top / "docs").glob("*.md"))]:
        for link in LINK.findall(document.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            inside = target.is_relative_to(top.resolve()) and target.exists()
            if not inside or anchor and anchor not in anchors(target):
                broken.append(f"{document.relative_to(top)}: {link}")
    return broken


class Links(unittest.TestCase):
    def test_lead_somewhere_in_the_source_tree(self):
        self.assertEqual(broken_links(SOURCE), [])

    def test_lead_somewhere_where_they_are_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            stage(folder)
            top = pathlib.Path(folder) / "usr/share/doc/peerd"
            self.assertEqual({path.name for path in (top / "docs").glob("*.md")},
                             {path.name for path in DOCUMENTS[1:]})
            self.assertEqual(broken_links(top), [])
            interface = (top / "docs/org.peerd.Peers.varlink").read_text()
            self.assertIn("\ninterface org.peerd.Peers\n", interface)
            self.assertIn("usage", run("python3", top / "examples/follow.py", check=False).stdout)


class Readme(unittest.TestCase):
    """What it prints works as it stands there."""

    TEXT = (SOURCE / "README.md").read_text()

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(
            tempfile.TemporaryDirectory(prefix="peerd-readme-")))

    def block(self, beginning):
        """The indented block that begins so, without its indentation."""
        found = re.search(rf"(?:^    .*\n|^\n(?=    ))*", self.TEXT[self.TEXT.index(
            f"    {beginning}"):], re.M)
        return textwrap.dedent(found[0])

    def start(self, *words, cwd=None):
        daemon = subprocess.Popen(list(map(str, words)), stderr=subprocess.PIPE, text=True,
                                  cwd=cwd, env={"PATH": os.environ["PATH"]})
        self.addCleanup(daemon.communicate)
        self.addCleanup(daemon.kill)
        said = []
        while (line := daemon.stderr.readline()):
            said.append(line)
            if "Started: " in line:
                return line
        self.fail("it hasn't started:\n" + "".join(said))

    def test_the_example_for_mainnet_starts(self):
        file = self.folder / "peerd.toml"
        file.write_text(self.block('network = "mainnet"'))
        said = run(RELEASE / "peerd", "--config", file, "--check-config").stdout
        self.assertEqual(said, "")
        line = self.start(RELEASE / "peerd", "--config", file)
        self.assertIn("0/1 persistent", line)

    def test_it_runs_without_being_installed(self):
        commands = self.block("make build\n    mkdir").replace("/tmp/peerd", str(self.folder))
        commands = re.sub(r"\\\n\s*", " ", commands).splitlines()
        self.assertEqual(len(commands), 4)
        # The tree, with the programs that are tested.
        tree = self.folder / "tree"
        (tree / ".build").mkdir(parents=True)
        (tree / ".build/release").symlink_to(RELEASE)
        (tree / "config").symlink_to(SOURCE / "config")
        run("sh", "-c", commands[1])
        self.start("sh", "-c", f"exec {commands[2]}", cwd=tree)
        said = run("sh", "-c", commands[3], cwd=tree).stdout
        self.assertIn("network regnet", said)


class Examples(unittest.TestCase):
    def test_in_the_document_are_those_in_files(self):
        text = (SOURCE / "docs/control-interface.md").read_text()
        blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
        files = [(SOURCE / "examples" / name).read_text()
                 for name in ("follow.py", "follow-varlink.py")]
        self.assertEqual(blocks, files)


if __name__ == "__main__":
    unittest.main()
