"""What rustdoc says of every call in a Rust crate, one line of JSON a call site, as `compare.py` reads it.

    rustdoc +nightly src/lib.rs --crate-name NAME --edition 2021 -Z unstable-options --generate-link-to-definition -o DOC
    python benchmarks/edges/truth_rust.py ROOT DOC NAME [--source src] > truth.jsonl

rustdoc type-checks the crate and links every name in its source pages to its definition, methods too. Calls are names before
brackets; macros are left out. A link to a local variable is a value; one to another crate leads outside. Of a method of a trait
rustdoc names the declaration, whatever implements it: implementations in the crate are as right, and a trait from outside says
nothing. What is not compiled (tests, other systems) has no links, and so no lines.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import join, normpath

_TOKEN = re.compile(r"<a\b(?P<attributes>[^>]*)>|</a>|<[^>]*>|[^<]+")
_HREF = re.compile(r'href="([^"]*)"')
_NUMBER = re.compile(r"\bid=(\d+)\b")
_CALLED = re.compile(r"\s*(?:::\s*<[^;{}()]*>)?\s*\(")
_NAME = re.compile(r"[A-Za-z_]\w*")
_FOREIGN_TRAIT = re.compile(r"https?:.*/trait\.\w+\.html#")
_TRAIT = re.compile(r"\s*(?:pub(?:\([^)]*\))? )?(?:unsafe )?trait (\w+)")
_IMPLEMENTED = re.compile(r"\s*(?:unsafe )?impl\b(?:<[^{]*?>)? (?:.* for )?(?:\w+::)*(\w+)")
_NEAR = 100
"""So many lines lie at most between the bodies that one function has in several builds."""
_SOURCE_PAGE = re.compile(r"(?P<path>.*)\.html#(?P<line>\d+)")


def main() -> None:
    """Print the truth of one crate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("doc", type=Path)
    parser.add_argument("name")
    parser.add_argument("--source", default="src", help="the folder of the crate's sources in ROOT")
    given = parser.parse_args()
    pages = given.doc / "src" / given.name
    for page in sorted(pages.rglob("*.rs.html")):
        inside = page.relative_to(pages).as_posix()
        for line, name, href in _calls(page.read_text(encoding="utf-8")):
            if _FOREIGN_TRAIT.search(href):
                continue
            target = _target(given.doc, given.name, f"src/{given.name}/{inside}", href)
            path, number, kind = "", 0, ""
            if target:
                path, number = f"{given.source}/{target[0]}", target[1]
                kind = _kind(given.root / path, number, name)
                if kind == "value":
                    path, number = "", 0
            source_path = f"{given.source}/{inside.removesuffix('.html')}"
            if (path, number) == (source_path, line):
                continue  # the head of a definition links to its documentation
            row = {
                "path": source_path, "line": line, "name": name,
                "target_path": path, "target_line": number, "counted": kind != "variant",
                "also": _also(given, pages, path, number, name) if path else [],
            }  # fmt: skip
            print(json.dumps(row))


def _calls(page: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, name and link of the linked names before brackets."""
    begin = page.index("<code>", page.index("data-nosnippet") - 200 if "data-nosnippet" in page else 0)
    code = page[begin : page.index("</code>", begin)]
    line, links, texts = 0, list[tuple[int, int, str]](), list[str]()
    at, opened = 0, ""
    for token in _TOKEN.finditer(code):
        if (attributes := token["attributes"]) is not None:
            if number := _NUMBER.search(attributes):
                line, opened = int(number[1]), "#"  # the line's own number
            else:
                found = _HREF.search(attributes)
                opened = html.unescape(found[1]) if found else ""
        elif token.group() == "</a>":
            opened = ""
        elif not token.group().startswith("<") and opened != "#":
            text = html.unescape(token.group())
            if opened:
                links.append((line, at, opened))
            texts.append(text)
            at += len(text)
    whole = "".join(texts)
    for row, start, href in links:
        name = _NAME.match(whole, start)
        if name and _CALLED.match(whole, name.end()):
            yield row, name.group(), href


def _target(doc: Path, crate: str, page: str, href: str) -> tuple[str, int] | None:
    """Return path (within the sources) and line of what a link leads to, None outside of the crate."""
    if href.startswith(("http:", "https:")):
        return None
    place = f"{page}{href}" if href.startswith("#") else normpath(join(page.rpartition("/")[0], href))
    if place.startswith(f"{crate}/"):
        place = _documented(doc, place)
    match = _SOURCE_PAGE.fullmatch(
        place.partition("-")[0] if "#" not in place else re.sub(r"(#\d+)-\d+$", r"\1", place)
    )
    prefix = f"src/{crate}/"
    return (match["path"].removeprefix(prefix), int(match["line"])) if match and place.startswith(prefix) else None


def _documented(doc: Path, place: str) -> str:
    """Return the source page that a page of documentation names for an item, "" for none."""
    page, _, anchor = place.partition("#")
    text = _page(doc / page)
    start = text.find(f'id="{anchor}"') if anchor else 0
    found = re.compile(r'class="src[^"]*" href="([^"]*)"').search(text, max(start, 0)) if start >= 0 else None
    return normpath(join(page.rpartition("/")[0], html.unescape(found[1]))) if found else ""


@cache
def _page(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@cache
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


def _also(given: argparse.Namespace, pages: Path, path: str, line: int, name: str) -> list[tuple[str, int]]:
    """Return what else is right: implementations of a trait's method, bodies for other builds in the same file or another."""
    root, source = given.root, given.source
    lines = _lines(root / path)
    around = _around(lines, line)
    if trait := _TRAIT.match(around):
        return _implementations(root, source, trait[1], name)
    found = [(path, number) for number in _builds(lines, line, name)]
    made = _IMPLEMENTED.match(around)
    for file in sorted((root / source).rglob("*.rs")):
        inside = file.relative_to(root / source).as_posix()
        if (pages / f"{inside}.html").exists():
            continue  # this build has it
        for number, text in enumerate(_lines(file), 1):
            if re.search(rf"\bfn {name}\b", text):
                other = _IMPLEMENTED.match(_around(_lines(file), number))
                if (other and other[1]) == (made and made[1]):
                    found.append((f"{source}/{inside}", number))
    return found


def _around(lines: tuple[str, ...], line: int) -> str:
    """Return the head of the `impl` or the trait that a function stands in, "" for none."""
    own = _indent(lines[line - 1]) if line <= len(lines) else 0
    heads = (text for text in reversed(lines[: line - 1]) if text.strip() and _indent(text) < own)
    return next((text for text in heads if not text.lstrip().startswith(("//", "where", "{"))), "")


def _implementations(root: Path, source: str, trait: str, name: str) -> list[tuple[str, int]]:
    """Return where the crate implements the method `name` of a trait."""
    found: list[tuple[str, int]] = []
    for file in sorted((root / source).rglob("*.rs")):
        inside = ""
        for number, text in enumerate(_lines(file), 1):
            if re.match(rf"\s*(?:unsafe )?impl\b.*\b{trait}\b(?:<.*>)? for\b", text):
                inside = text[: _indent(text)] + "}"
            elif inside and text == inside:
                inside = ""
            elif inside and re.search(rf"\bfn {name}\b", text):
                found.append((f"{source}/{file.relative_to(root / source).as_posix()}", number))
    return found


def _builds(lines: tuple[str, ...], line: int, name: str) -> list[int]:
    """Return the functions `name` of the same file and depth that other builds have: each has its `#[cfg(...)]`."""
    places = [number for number, text in enumerate(lines, 1) if re.search(rf"\bfn {name}\b", text)]
    others = [number for number in places if any("#[cfg(" in text for text in lines[max(0, number - 4) : number])]
    return [n for n in others if _indent(lines[n - 1]) == _indent(lines[line - 1]) and abs(n - line) < _NEAR]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _kind(path: Path, line: int, name: str) -> str:
    """Return what a target is, by its first line: function, class, variant (counted nowhere), or value."""
    lines = _lines(path)
    first = "\n".join(lines[line - 1 : line + 30])
    if re.search(rf"\bfn\s+{name}\b", first):
        return "function"
    if re.match(r"\s*(?:(?:#\[|//)[^\n]*\n\s*)*(?:pub\b[^\n]*)?\b(?:struct|union)\s", first):
        return "class"
    at_line = lines[line - 1] if line <= len(lines) else ""
    return "variant" if name[:1].isupper() and name in at_line else "value"


if __name__ == "__main__":
    main()
