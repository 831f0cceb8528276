"""Code lines of the notes plugin and of its FastAPI twin, part by part, compared with the table in docs/comparison.md.

Code lines are lines that are neither blank nor only a comment. The parts are found by the texts below, which must stand in the
files; every code line belongs to exactly one part or to the lines both sides leave out (imports, docstring, namespace).
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPP = ROOT / "sdk/examples/notes/plugin.cpp"
PYTHON = ROOT / "docs/comparison/notes_fastapi.py"
PAGE = ROOT / "docs/comparison.md"

# From the line that holds the first text up to, not including, the line that holds the second.
CPP_PARTS = [
    ("wiring", "inline constexpr ErrorCode NOTE_NOT_FOUND", "// What comes over the wire"),
    ("schemas", "struct NoteCreate {", "constexpr Sql kInsert"),
    ("sql", "constexpr Sql kInsert", "class Notes final"),
    ("wiring", "class Notes final", "void declare("),
    ("handlers", "void declare(", "private:"),
    ("handlers", "private:", "std::int64_t count_max_ = 0;"),
    ("wiring", "std::int64_t count_max_ = 0;", "}  // namespace notes"),
    ("wiring", "MORTISE_PLUGIN(", None),
]


def code_lines(lines, comment):
    return sum(1 for line in lines if line.strip() and not line.strip().startswith(comment))


def find(lines, text, start):
    for number in range(start, len(lines)):
        if text in lines[number]:
            return number
    raise SystemExit(f"comparison: {text!r} does not stand in the file any more: mend the parts above")


def count_cpp():
    lines = CPP.read_text().splitlines()
    counts = {}
    at = 0
    for part, first, last in CPP_PARTS:
        begin = find(lines, first, at)
        left_out = code_lines(lines[at:begin], "//")
        if at and left_out > 1:  # A closing brace of a namespace may stand between two parts.
            raise SystemExit(f"comparison: {left_out} lines before {first!r} belong to no part")
        at = len(lines) if last is None else find(lines, last, begin)
        counts[part] = counts.get(part, 0) + code_lines(lines[begin:at], "//")
    return counts


def count_python():
    counts = {}
    for part, body in re.findall(r"# region (\w+)\n(.*?)# endregion", PYTHON.read_text(), re.S):
        counts[part] = counts.get(part, 0) + code_lines(body.splitlines(), "#")
    return counts


def main():
    ours, theirs = count_cpp(), count_python()
    parts = ["handlers", "schemas", "sql", "wiring"]
    if set(ours) != set(parts) or set(theirs) != set(parts):
        raise SystemExit(f"comparison: the parts differ: {sorted(ours)} and {sorted(theirs)}")
    rows = [f"| {part} | {ours[part]} | {theirs[part]} |" for part in parts]
    rows.append(f"| all | {sum(ours.values())} | {sum(theirs.values())} |")
    print("\n".join(rows))
    compile(PYTHON.read_text(), str(PYTHON), "exec")
    page = PAGE.read_text()
    missing = [row for row in rows if row not in page]
    if missing:
        raise SystemExit("comparison: docs/comparison.md says something else; the rows are those above")
    if ours["handlers"] > 1.5 * theirs["handlers"]:
        raise SystemExit("comparison: the handlers are longer than FastAPI's by more than half")


if __name__ == "__main__":
    sys.exit(main())
