"""The browser: searching, walking along callers and back, what is said while the index grows, hostile names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sample_runs import HOSTILE
from screen_stage import Screenful, Stage, opened
from textual.widgets import Input, OptionList

from rlm_tui.repository.repository import Repository
from rlm_tui.ui.ask import AskScreen
from rlm_tui.ui.browse import BrowseScreen
from rlm_tui.ui.browse_parts import Found, Rows
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.page import Page
from rlm_tui.ui.status import Tabs


class Browsing:
    """The browser under a pilot, with words for what is looked at."""

    def __init__(self, on: Screenful) -> None:
        self.on = on

    @property
    def screen(self) -> BrowseScreen:
        assert isinstance(self.on.screen, BrowseScreen)
        return self.on.screen

    @property
    def names(self) -> list[str]:
        return prompts(self.screen.query_one(Found))

    @property
    def rows(self) -> list[str]:
        rows = self.screen.query_one(Rows)
        return prompts(rows) if rows.display else []

    @property
    def text(self) -> str:
        page = self.screen.query_one(Page)
        return page.text if page.display else ""

    @property
    def title(self) -> str:
        return str(self.screen.query_one("#details").border_title)

    @property
    def view(self) -> str:
        return self.screen.query_one(Tabs).render().plain


def prompts(options: OptionList) -> list[str]:
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


async def browse(on: Screenful, text: str = "") -> Browsing:
    await on.press("tab", "b")
    await on.press(*text)
    await on.settle()
    return Browsing(on)


async def test_typing_finds_names_and_shows_the_first(stage: Stage) -> None:
    async with opened(stage) as on:
        at = await browse(on)
        assert "module    src/shop" in at.names[0] or any("src/shop" in name for name in at.names)
        await on.press(*"charge")
        assert at.names[0].split()[:2] == ["method", "Gateway.charge"]
        assert at.title == "Gateway.charge · method"
        assert "def charge(self, cents: int) -> bool" in at.text
        await on.press(*"zzz")
        assert at.names == [] and at.screen.query_one(Found).border_title == "Names · none"


async def test_callers_are_walked_and_the_way_back_is_kept(stage: Stage) -> None:
    async with opened(stage) as on:
        at = await browse(on, "charge")
        await on.press("enter", "right")
        assert at.rows[0].split("\n")[0].split() == ["Order.pay", "type"]
        assert "src/shop/orders.py" in at.rows[0]
        await on.press("enter")
        assert at.title == "Order.pay · method"
        assert any("▌" in line and "charge" in line for line in at.text.split("\n"))
        await on.press("right", "right")
        assert [row.split()[0] for row in at.rows] == ["Gateway.charge", "Order.total"]
        await on.press("backspace")
        assert at.title == "Gateway.charge · method" and at.rows[0].startswith("Order.pay")
        await on.press("backspace")
        assert on.app.focused is at.screen.query_one(Found)


async def test_guesses_stand_apart(stage: Stage) -> None:
    root = stage.repository.root
    (root / "lib.py").write_text("class Machine:\n    def whirr(self): ...\n\n\ndef run(thing):\n    thing.whirr()\n")
    stage.repository.scan()
    async with opened(stage) as on:
        at = await browse(on, "whirr")
        await on.press("enter", "right")
        assert at.rows[0] == "Guesses by the name alone: 1, not counted"
        assert at.rows[1].split()[:2] == ["run", "guess"]


async def test_every_view_of_files_and_modules_opens(stage: Stage) -> None:
    async with opened(stage) as on:
        at = await browse(on, "src/shop/payment.py")
        await on.press("enter", "right")
        assert "class Gateway" in "".join(at.rows) and "method charge" in "".join(at.rows)
        await on.press("right")
        assert any(row.startswith("time") and "outside" in row for row in at.rows)
        await on.press("right")
        assert any(row.startswith("src/shop/orders.py") for row in at.rows)
        await on.press("right")
        assert "1 " in at.text and "payment gateway" in at.text
        await on.press("slash", *["backspace"] * 30, *"web", "enter")
        assert at.title.endswith("· module") and [row.split()[0] for row in at.rows] == ["cart.js", "format.js"]
        await on.press("enter")
        assert at.title == "web/cart.js · file"


async def test_ask_about_this_goes_into_the_prompt(stage: Stage) -> None:
    async with opened(stage) as on:
        await on.press("w", "h", "y", "space")
        await browse(on, "order.pay")
        await on.press("enter", "a")
        assert isinstance(on.screen, AskScreen)
        assert on.prompt.text == "why @Order.pay " and on.app.focused is on.prompt


async def test_the_code_opens_at_the_lines(stage: Stage) -> None:
    async with opened(stage) as on:
        await browse(on, "backoff")
        await on.press("enter", "o")
        assert isinstance(on.screen, CodeScreen)
        assert "src/shop/payment.py:26-28" in on.line("#crumbs") and "checked" not in on.line("#crumbs")
        await on.press("escape")
        assert isinstance(on.screen, BrowseScreen)


async def test_while_the_index_grows_it_works_and_says_so(stage: Stage) -> None:
    async with opened(stage) as on:
        with stage.repository._indexing.changing():
            at = await browse(on, "charge")
            assert "names of what is read so far" in on.line("#crumbs")
            assert "def charge" in at.text
            await on.press("enter", "right")
            assert "Callers is told once the whole index is there" in at.text
        for _ in range(30):
            await asyncio.sleep(0.1)
            if at.rows:
                break
        assert at.rows[0].startswith("Order.pay")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15), (20, 6)])
async def test_hostile_names_are_only_text(stage: Stage, size: tuple[int, int]) -> None:
    root = stage.repository.root
    for name in ("a\x1b]52;c;eA==\x07.py", "[red]b[@click=quit].py", "\u202egnp.py", "c d.py", "x" * 200 + ".py"):
        (root / name).write_text(f"def odd():\n    return {HOSTILE!r}\n" + "y = 1  # " + "z" * 30_000)
    stage.repository.scan()
    async with opened(stage, size) as on:
        await browse(on, "odd")
        for keys in (("enter",), ("right",), ("right",), ("tab",), ("down",), ("enter",), ("o",), ("escape",)):
            await on.press(*keys)
            lines = on.app.screen._compositor.render_strips(on.app.size)
            drawn = "".join(segment.text for line in lines for segment in line)
            assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(drawn)
        await on.press("a")
        assert on.prompt.text.startswith("@")


async def test_a_narrow_screen_shows_one_pane(stage: Stage) -> None:
    async with opened(stage, (80, 24)) as on:
        at = await browse(on, "charge")
        assert at.screen.query_one(Found).display and not at.screen.query_one("#details").display
        await on.press("enter")
        assert at.screen.query_one("#details").display and not at.screen.query_one(Found).display
        await on.press("tab")
        assert isinstance(on.app.focused, Input)


async def test_a_file_that_went_is_said(stage: Stage) -> None:
    (stage.repository.root / "src/shop/payment.py").unlink()
    async with opened(stage) as on:
        at = await browse(on, "backoff")
        assert "cannot be read" in at.text


async def test_a_closed_repository_is_said(stage: Stage, tmp_path: Path) -> None:
    async with opened(stage) as on:
        await on.settle()
        stage.repository = Repository.open(stage.repository.root, tmp_path / "other")
        on.app.session.repository.close()
        at = await browse(on, "charge")
        assert "closed" in at.text and at.names == []
