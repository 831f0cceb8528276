"""Checks that every cpp and json block of a page stands in a source that is compiled: verbatim.py PAGE DIRECTORY...

Compared without white space: a block in a page begins at its left edge and breaks its lines for the page.
"""

import pathlib
import re
import sys


def plain(text):
    return "".join(text.split())


def main():
    page = pathlib.Path(sys.argv[1])
    sources = []
    for directory in sys.argv[2:]:
        for path in sorted(pathlib.Path(directory).rglob("*")):
            if path.suffix in {".cpp", ".hpp", ".h", ".c", ".json"}:
                sources.append(plain(path.read_text()))
    blocks = re.findall(r"^```(?:cpp|json)\n(.*?)^```", page.read_text(), re.S | re.M)
    if not blocks or not sources:
        raise SystemExit(f"verbatim: {page} has {len(blocks)} blocks, and there are {len(sources)} sources")
    for block in blocks:
        if not any(plain(block) in source for source in sources):
            raise SystemExit(f"verbatim: this block of {page.name} stands in no source:\n{block}")
    print(f"{page.name}: {len(blocks)} blocks stand in the sources")


if __name__ == "__main__":
    main()
