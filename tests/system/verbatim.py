"""Checks that every cpp and json block of a page stands in a source that is compiled: verbatim.py PAGE DIRECTORY...

Compared without indentation and empty lines: a block in a page begins at its left edge.
"""

import pathlib
import re
import sys


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def stands_in(block, source):
    size = len(block)
    return any(source[at : at + size] == block for at in range(len(source) - size + 1))


def main():
    page = pathlib.Path(sys.argv[1])
    sources = []
    for directory in sys.argv[2:]:
        for path in sorted(pathlib.Path(directory).rglob("*")):
            if path.suffix in {".cpp", ".hpp", ".h", ".c", ".json"}:
                sources.append([line.rstrip(",") for line in lines_of(path.read_text())])
    blocks = re.findall(r"^```(?:cpp|json)\n(.*?)^```", page.read_text(), re.S | re.M)
    if not blocks or not sources:
        raise SystemExit(f"verbatim: {page} has {len(blocks)} blocks, and there are {len(sources)} sources")
    for block in blocks:
        wanted = [line.rstrip(",") for line in lines_of(block)]
        if not any(stands_in(wanted, source) for source in sources):
            raise SystemExit(f"verbatim: this block of {page.name} stands in no source:\n{block}")
    print(f"{page.name}: {len(blocks)} blocks stand in the sources")


if __name__ == "__main__":
    main()
