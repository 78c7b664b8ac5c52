"""The calls in compiled classes of Kotlin or Scala, one line of JSON an instruction, as `truth_bytecode.py` reads it.

    kotlinc -d CLASSES FILES...
    python benchmarks/edges/javap_calls.py ROOT CLASSES > calls.jsonl

`javap` (of any JDK) reads the classes: the line of an instruction, and the first line of the method that it calls. What the
compiler copied from inline functions has lines beyond the end of its file, and is left out; so are the inline functions
themselves.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)", re.MULTILINE)
_CLASS = re.compile(r"^\S.*?\b(?:class|interface)\s+([\w.$]+)")
_MEMBER = re.compile(r"^  (?!  )\S.*?([\w$.<>]+)\(.*\)|^  static \{\}")
_CALL = re.compile(
    r"^\s+(\d+): invoke\w+\s.*//\s+(?:Interface)?Method\s+(?:(\"?\[?[\w/$;]+\"?)\.)?\"?([\w$<>-]+)\"?:(\S+)"
)
_LINE = re.compile(r"^\s+line (\d+): (\d+)")
_PARAMETER = re.compile(r"\[*(?:L[^;]+;|[BCDFIJSZ])")
_BATCH = 200


@dataclass
class Method:
    """A method: its class, name and descriptor, the calls in it by offset, and its lines by offset."""

    owner: str
    name: str
    source: str
    descriptor: str = ""
    calls: list[tuple[int, str, str, str]] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)

    def line(self, offset: int) -> int:
        """Return the line of an instruction, 0 when it is not known."""
        return max(((at, line) for at, line in self.lines if at <= offset), default=(0, 0))[1]


def main() -> None:
    """Print the calls of the classes on the command line."""
    parser = argparse.ArgumentParser(description="Print the calls in compiled classes.")
    parser.add_argument("root", type=Path)
    parser.add_argument("classes", type=Path)
    given = parser.parse_args()
    root = given.root.resolve()
    sources: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for path in sorted([*root.rglob("*.kt"), *root.rglob("*.scala")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        package = ".".join(_PACKAGE.findall(text))
        sources[package, path.name].append((str(path.relative_to(root)), text.count("\n") + 1))
    methods = list(_methods(sorted(given.classes.rglob("*.class"))))
    known = {(method.owner, method.name, method.descriptor): method for method in methods}
    facades = {
        key for key, method in known.items() if {line for _, line in method.lines} == {1}
    }  # of files that make one class
    classes = {method.owner for method in methods}
    for method in methods:
        path, length = _source(sources, method)
        for offset, owner, name, descriptor in method.calls:
            line = method.line(offset)
            if path and 0 < line <= length and (owner, name, descriptor) not in facades:
                target = known.get((owner, name, descriptor))
                there, most = _source(sources, target) if target else ("", 0)
                first = min((at for _, at in target.lines if at <= most), default=0) if target else 0
                print(
                    json.dumps(
                        {
                            "path": path, "line": line, "column": 0, "owner": owner.replace("/", "."),
                            "name": ".ctor" if name == "<init>" else name.partition("$default")[0].partition("-")[0],
                            "parameters": _PARAMETER.findall(descriptor.partition(")")[0]),
                            "target_path": there if first else "", "target_line": first,
                            "ours": owner in classes, "overrides": [],
                        }
                    )
                )  # fmt: skip


def _source(sources: dict[tuple[str, str], list[tuple[str, int]]], method: Method) -> tuple[str, int]:
    """Return the path and the length of the file that a method comes from; none where several files may be it."""
    found = sources.get((method.owner.rpartition("/")[0].replace("/", "."), method.source), [])
    return found[0] if len(found) == 1 else ("", 0)


def _methods(files: list[Path]) -> Iterator[Method]:
    for start in range(0, len(files), _BATCH):
        command = ["javap", "-c", "-l", "-p", "-s", *map(str, files[start : start + _BATCH])]
        printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        source = owner = ""
        method: Method | None = None
        for line in printed.splitlines():
            if line.startswith("Compiled from"):
                source = line.split('"')[1]
            elif found := _CLASS.match(line):
                owner = found[1].replace(".", "/")
            elif found := _MEMBER.match(line):
                if method:
                    yield method
                name = found[1] or "<clinit>"
                method = Method(owner, "<init>" if name.replace(".", "/") == owner else name, source)
            elif method and line.startswith("    descriptor: ") and not method.descriptor:
                method.descriptor = line.split()[1]
            elif method and (found := _CALL.match(line)):
                method.calls.append((int(found[1]), (found[2] or owner).strip('"'), found[3], found[4]))
            elif method and (found := _LINE.match(line)):
                method.lines.append((int(found[2]), int(found[1])))
        if method:
            yield method


if __name__ == "__main__":
    main()
