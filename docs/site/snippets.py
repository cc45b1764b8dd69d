#!/usr/bin/env python3
"""Code shown in the documents comes from files that are compiled. A document holds

    <!-- snippet: tests/docs/snippets/commands.cpp [exec] -->

and behind it a block of code: the lines of that file between two `//! [exec]`, without the indentation they share.
`expand` puts in what the file has now: the site is built from its result, and a test wants it to change nothing."""
import re
import textwrap
from pathlib import Path

MARK = re.compile(r"(<!-- snippet: (\S+) \[([\w-]+)\] -->\n```(\w+)\n)(.*?)(```)", re.S)
REGION_LINE = re.compile(r"^\s*(?://!|#!) \[([\w-]+)\]\n", re.M)


def region(root: Path, name: str, label: str) -> str:
    path = root / name
    if not path.is_file():
        raise ValueError(f"there is no file {name}")
    parts = re.split(rf"^\s*(?://!|#!) \[{re.escape(label)}\]\n", path.read_text(encoding="utf-8"), flags=re.M)
    if len(parts) != 3:
        raise ValueError(f"{name} has {len(parts) - 1} lines with [{label}] where there should be 2")
    return textwrap.dedent(REGION_LINE.sub("", parts[1])).strip("\n") + "\n"


def expand(root: Path, text: str) -> tuple[str, int]:
    """The document with its snippets as they are in their files, and how many there are."""
    return MARK.subn(lambda m: m[1] + region(root, m[2], m[3]) + m[6], text)


def write(root: Path) -> None:
    for document in [*root.glob("*.md"), *root.glob("docs/**/*.md")]:
        text = document.read_text(encoding="utf-8")
        expanded, _ = expand(root, text)
        if expanded != text:
            document.write_text(expanded, encoding="utf-8")
            print(document)


if __name__ == "__main__":
    import sys
    write(Path(sys.argv[1]))
