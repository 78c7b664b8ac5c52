"""What the navigator reads in printed output, and how it writes evidence down."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.reading import Excerpt, read
from rlm_tui.repository.symbols import Span

OUTPUT = """\
src/a.py  python  120 lines
requests  src/requests  python  18 files  240 symbols  ~50,000 tokens
src/a.py:10-40  method Session.send  First line of its doc
src/a.py:10-40  method Session.send  score 8.1 (name 3.1, body 1.2)
src/a.py:12  [Session.send]  text of the line
src/a.py:13  []  at file level
src/a.py:12  Session.send -> HTTPAdapter.send  call, tier 3 receiver  return adapter.send(request)
src/a.py:14  <file> -> main  call, tier 5 guess  main()
src/a.py:3  imports src/b.py  from .b import c
src/a.py:4  imports json (outside)  import json
src/a.py:10-12
   10  def send(self):
   11
   12      return 1
[... 1,234 characters left out; the whole text is output_of(2) ...]
an ordinary line: 12 of them
"""


def test_every_kind_of_line_is_read() -> None:
    printed = read(OUTPUT)
    assert [(file.path, file.lines) for file in printed.files] == [("src/a.py", 120)]
    assert [(unit.path, unit.files, unit.tokens) for unit in printed.units] == [("src/requests", 18, 50_000)]
    plain, ranked = printed.definitions
    assert (str(plain.span), plain.kind, plain.qualified, plain.doc) == (
        "src/a.py:10-40",
        "method",
        "Session.send",
        "First line of its doc",
    )
    assert (ranked.score, ranked.why, ranked.doc) == (8.1, "name 3.1, body 1.2", "")
    assert [(hit.line, hit.symbol, hit.text) for hit in printed.hits] == [
        (12, "Session.send", "text of the line"),
        (13, "", "at file level"),
    ]
    assert [(use.source, use.target, use.kind, use.tier) for use in printed.uses] == [
        ("Session.send", "HTTPAdapter.send", "call", 3),
        ("", "main", "call", 5),
    ]
    assert [(item.target, item.inside, item.text) for item in printed.imports] == [
        ("src/b.py", True, "from .b import c"),
        ("json", False, "import json"),
    ]
    (piece,) = printed.excerpts
    assert (str(piece.span), piece.lines) == (
        "src/a.py:10-12",
        [(10, "def send(self):"), (11, ""), (12, "    return 1")],
    )
    assert printed.cut


def test_paths_and_names_with_spaces() -> None:
    printed = read(
        "my folder/a b.py:1-2  method Map.operator []  doc\n(anonymous) x.js:5  [<anonymous>]  a -> b  c, tier"
    )
    assert printed.definitions[0].span == Span("my folder/a b.py", 1, 2)
    assert printed.hits[0].symbol == "<anonymous>"


def test_a_numbered_line_belongs_to_a_slice_only_after_its_head() -> None:
    assert read("   10  not a slice\nsrc/a.py:10-11  function f").excerpts == []


def test_locators_of_an_error() -> None:
    printed = read("HostError: get means several: src/a.py::get@3, src/b.py::B.get@10; name one", failed=True)
    assert printed.locators == ["src/a.py::get@3", "src/b.py::B.get@10"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.text("a:1-2 ->[]()\n,~", max_size=200))
def test_no_output_breaks_the_reader(text: str) -> None:
    read(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_foreign_text_stays_within_its_code_mark_and_its_fence(text: str) -> None:
    marked = answer.code(text)
    assert "\n" not in marked
    ticks = len(marked) - len(marked.lstrip("`"))
    assert not ticks or "`" * ticks not in marked[ticks:-ticks]
    fenced = answer.fence("a.py", text.split("\n")).split("\n")
    assert not any(line.strip().startswith(fenced[-1]) for line in fenced[1:-1])


def test_a_long_excerpt_shows_the_lines_that_matter_under_their_own_citation() -> None:
    piece = Excerpt(Span("src/a.py", 1, 100), [(number, f"line {number}") for number in range(1, 101)])
    shown = answer.excerpt(piece, marks=[70, 72])
    head, *lines = shown.split("\n")
    path, _, span = head.partition(":")
    start, end = map(int, span.split("-"))
    assert path == "src/a.py"
    assert start <= 70
    assert end >= 72
    assert lines[1] == f"line {start}"
    assert lines[-2] == f"line {end}"


def test_tables_hold_foreign_bars() -> None:
    row = answer.table(("a",), [(answer.table_code("x | y"),)]).splitlines()[-1]
    assert row == "| `x \\| y` |"
