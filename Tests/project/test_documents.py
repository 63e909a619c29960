"""The documents: their links lead somewhere, and their examples are what is shipped."""

import pathlib
import re
import tempfile
import unittest

from project import SOURCE, run, stage

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


class Examples(unittest.TestCase):
    def test_in_the_document_are_those_in_files(self):
        text = (SOURCE / "docs/control-interface.md").read_text()
        blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
        files = [(SOURCE / "examples" / name).read_text()
                 for name in ("follow.py", "follow-varlink.py")]
        self.assertEqual(blocks, files)


if __name__ == "__main__":
    unittest.main()
