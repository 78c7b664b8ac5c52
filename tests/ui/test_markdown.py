"""Markdown as blocks, whole and in pieces."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from sample_runs import ANSWER, HOSTILE
from textual.content import Content

from rlm_tui.ui.blocks import Block, Lines, text_lines
from rlm_tui.ui.highlighting import highlight
from rlm_tui.ui.markdown import Stream, blocks
from rlm_tui.ui.wrapping import wrap


def text(found: list[Block], width: int = 60) -> str:
    return "\n".join(line.plain.rstrip() for block in found for line in block.lines(width))


def test_an_answer_is_laid_out() -> None:
    assert text(blocks(ANSWER)) == (
        "Why a refresh can deadlock\n"
        "\n"
        "SessionStore.refresh takes the store's lock and then calls\n"
        "back into Session.rebuild, which takes it again\n"
        "(src/shop/payment.py:21-27). The lock is a plain Lock, not\n"
        "an RLock, so the second take never returns.\n"
        "\n"
        "1. refresh locks, then asks every adapter for its tokens.\n"
        "2. One adapter finds its token stale and calls refresh on\n"
        "   the same store:\n"
        "   ◦ from the retry hook, or\n"
        "   ◦ from the expiry timer.\n"
        "3. Nobody is left to release the lock.\n"
        "\n"
        "▏ def refresh(self) -> None:\n"
        "▏     with self._lock:          # first\n"
        "▏         for adapter in self._adapters:\n"
        "▏             adapter.renew()   # may call refresh() again\n"
        "\n"
        "caller       │ holds the lock │ safe\n"
        "─────────────┼────────────────┼─────\n"
        "Session.send │ no             │ yes\n"
        "retry hook   │ yes            │ no\n"
        "expiry timer │ sometimes      │ no\n"
        "\n"
        "│ The timer's path was seen in the tests, not in the code\n"
        "│ under src/.\n"
        "\n"
        "Making the lock re-entrant hides the symptom; calling the\n"
        "adapters outside the lock removes the cause."
    )


@pytest.mark.parametrize("size", [7, 50, 400])
@pytest.mark.parametrize(
    "source",
    [
        ANSWER,
        ANSWER * 4,
        "```py\n" + "x = 1\n" * 700 + "```\n\nend",
        "- a\n" * 900 + "\nend",
        "a\u2028b\n\n- c\u2028d\n\ne\n" * 9,
    ],
    ids=["answer", "long", "fence", "list", "separators"],
)
def test_a_stream_ends_as_the_whole(source: str, size: int) -> None:
    stream = Stream()
    for at in range(0, len(source), size):
        stream.write(source[at : at + size])
    stream.end()
    assert text(stream.blocks) == text(blocks(source))


def test_settled_blocks_do_not_change() -> None:
    stream = Stream()
    seen: list[Block] = []
    for at in range(0, len(ANSWER), 11):
        stream.write(ANSWER[at : at + 11])
        assert stream.blocks[: len(seen)] == seen
        seen = list(stream.blocks[: stream.settled])
    assert len(seen) > 5


def test_a_long_unfinished_block_is_shown_as_it_comes() -> None:
    stream = Stream()
    stream.write("```py\n" + "x = 1\n" * 900)
    stream.write("print('the newest line')\n")
    assert "the newest line" in text(stream.blocks)
    stream.write("```\n\nafter it\n")
    assert text(stream.blocks).endswith("print('the newest line')\n\nafter it")


@pytest.mark.parametrize(
    "source",
    [
        HOSTILE,
        f"# {HOSTILE}",
        f"- {HOSTILE}",
        f"```{HOSTILE}\n{HOSTILE}\n```",
        f"| {HOSTILE} | b |\n|---|---|\n| {HOSTILE} | c |",
        f"> {HOSTILE}",
        f"<b>{HOSTILE}</b>",
        f"`{HOSTILE}`",
        "[a](javascript:alert(1)) ![i](http://x/y.png)",
        "- - - - - a",
        "|" * 50,
        "\x00",
        "> " * 60 + "deep",
        "* " * 40 + "x",
    ],
    ids=range(14),
)
@pytest.mark.parametrize("width", [12, 80])
def test_hostile_markdown_is_shown_as_text(source: str, width: int) -> None:
    found = blocks(source)
    shown = text(found, width)
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\x00"} & set(shown)
    spans = [span for block in found for line in block.lines(width) for span in line.spans]
    assert all(isinstance(span.style, str) and "click" not in span.style for span in spans)
    if width == 80 and "list[int]" in source:
        assert "[/][@click=app.quit]x[/]" in shown.replace("\n", "")


def test_highlighting_keeps_every_line() -> None:
    code = "\n\ndef f(x):\n\t'''doc\n\n'''\n    return [x]  # [/]\n\n"
    for language in ("python", "no such language", ""):
        assert [line.plain for line in highlight(code, language=language)] == code.expandtabs(4).split("\n")
    assert any(span.style for line in highlight(code, path="a/b.py") for span in line.spans)


def test_numbers_stand_in_the_gutter_and_lines_are_folded() -> None:
    lines = Lines(text_lines("short\n" + "x" * 30 + "\n漢字漢字漢字漢字漢字漢字漢字"), first=9, marked=range(10, 11))
    assert [line.plain for line in lines.lines(24)] == [
        "  9  short",
        "▌10  xxxxxxxxxxxxxxxxxxx",
        "▌    xxxxxxxxxxx",
        " 11  漢字漢字漢字漢字漢",
        "     字漢字漢字",
    ]


def test_a_line_of_a_megabyte_is_cut() -> None:
    lines = Lines(text_lines("y" * 1_000_000)).lines(100)
    assert len(lines) < 300
    assert lines[-1].plain.endswith("…")
    assert isinstance(lines[0], Content)


def test_numbers_of_a_table_stand_right_and_a_tight_table_keeps_its_words() -> None:
    source = "| path | files |\n|---|---:|\n| src/shop/orders.py | 7 |\n| typescript | 1,200 |\n"
    assert text(blocks(source), 40) == (
        "path               │ files\n───────────────────┼──────\nsrc/shop/orders.py │     7\ntypescript         │ 1,200"
    )
    assert text(blocks(source), 18) == (
        "path         files\n───────────  ─────\nsrc/shop/        7\norders.py\ntypescript   1,200"
    )
    assert text(blocks(source), 12) == (
        "path  src/\n      shop/\n      orders.p\n      y\nfil…  7\n\npath  typescri\n      pt\nfil…  1,200"
    )


def test_names_break_at_underscores_only_where_no_line_holds_them() -> None:
    cells = "| call | where |\n|---|---|\n| `Console._collect_renderables` | rich/console.py:1698 |\n"
    assert text(blocks(cells), 44).splitlines()[2:] == [
        "Console.                rich/console.py:1698",
        "_collect_renderables",
    ]
    assert "Console._collect_renderables" in text(blocks(cells), 36)
    assert [line.plain for line in wrap(Content("_private_name_of_some_length"), 14)] == [
        "_private_name_",
        "of_some_length",
    ]


def test_a_diagram_is_told_not_shown() -> None:
    told = text(blocks("Layers:\n\n```mermaid\nflowchart TD\n  a --> b\n```\n\nafter"), 60)
    assert told == "Layers:\n\n▏ a diagram as 2 lines of mermaid: the report has it\n\nafter"


def test_a_table_that_has_no_room_becomes_lines_and_no_word_breaks() -> None:
    source = "| caller | lock |\n|---|---|\n| `SessionStoreRegistry.refresh` | sometimes |\n| `x` | no |\n"
    assert text(blocks(source), 28) == (
        "caller  SessionStoreRegistry\n        .refresh\nlock    sometimes\n\ncaller  x\nlock    no"
    )


@pytest.mark.parametrize("width", [8, 20, 61])
def test_words_break_only_at_the_separators_of_paths_and_names(width: int) -> None:
    path = "spring-web/src/main/java/Converter.java:34-62"
    lines = [line.plain for line in wrap(Content(f"see {path} and 漢字漢字漢字漢字漢字 there"), width)]
    assert "".join(lines).replace(" ", "") == f"see{path}and漢字漢字漢字漢字漢字there"
    assert all(cell_len(line) <= width for line in lines)
    if width == 20:
        assert lines[:3] == ["see spring-web/src/", "main/java/", "Converter.java:34-62"]
