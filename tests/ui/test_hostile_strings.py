"""Every screen with every hostile string in every text of a run: nothing of it acts, and no line leaves its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from diff_plays import proposing, until
from pydantic import BaseModel
from rich.cells import cell_len
from sample_runs import answering, finished
from screen_cells import lines
from screen_stage import Screenful, Stage, opened
from textual.events import Paste

from rlm_tui.config import load_settings
from rlm_tui.records.events import Event
from rlm_tui.records.export import markdown
from rlm_tui.records.store import RunStore
from rlm_tui.records.tree import Tree
from rlm_tui.repository.patches.applying import Applying
from rlm_tui.repository.patches.patches import Patch
from rlm_tui.repository.patches.patching import Edit, file_patch, written
from rlm_tui.repository.repository import Repository
from rlm_tui.setup import Setup
from rlm_tui.ui.confirm import Confirm
from rlm_tui.ui.plan import PlanScreen
from rlm_tui.workspace import open_workspace

HOSTILE = {
    "escapes": "\x1b]52;c;aGk=\x07\x1b]0;owned\x1b\\\x1b[2J\x1b[H\x1b[?1049l",
    "controls": "\x9b31mred\x9d0;t\x9c a\x00b\x08\x08\x08c\x0b\x0c\x7f a\u2028b\u2029c\x85d",
    "returns": "good\rbad\r\n\tx\n\n\ny",
    "markup": "[/][bold red]x[@click=app.quit]y[/] list[int] [[ \\[x] [on $error]x[/on $error] $primary {{x}} %s %(x)s",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c שלום مرحبا بالعالم",
    "zwj": "👩\u200d👩\u200d👧\u200d👦 👍🏽 🏳️\u200d🌈 ❤️ 1️⃣",
    "combining": "e" + "\u0301" * 40 + "Z\u0489\u0489 \u200b\u200c\u2060\ufeff\u00ad\ufff9 \ue000\U000f0000\U0010ffff",
    "wide": "漢字かな交じり文\uff21" * 12,
    "long": "x" * 5_000,
    "wide_long": "漢" * 1_000,
    "table": "|a|b|\n|-|-|\n|`x|y`|\x1b[31m|\n```\n\x1b[1m\n",
}
KEPT = {"kind", "status", "route", "run_id", "call_id", "parent_id", "mode", "channel", "call", "level"}


def poisoned(event: BaseModel, text: str) -> BaseModel:
    """Return the event with `text` at the end of each of its texts."""

    def spoil(value: object) -> object:
        match value:
            case str():
                return value + text
            case tuple():
                return tuple(spoil(each) for each in value)
            case BaseModel():
                return poisoned(value, text)
        return value

    update = {name: spoil(getattr(event, name)) for name in type(event).model_fields if name not in KEPT}
    return event.model_copy(update=update)


def spoilt(events: list[Event], text: str) -> list[Event]:
    return [event for each in events if isinstance(event := poisoned(each, text), type(each))]


ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_tame(on: Screenful) -> None:
    """Nothing that is drawn acts, and each line is as wide as the screen."""
    width = on.app.size.width
    for line in lines(on.app):
        assert not ACTS.search(line), (type(on.screen).__name__, line)
        assert cell_len(line) == width, (type(on.screen).__name__, cell_len(line), line[:300])


@pytest.mark.parametrize(
    "name, size", [(name, ((80, 24), (120, 40))[number % 2]) for number, name in enumerate(HOSTILE)], ids=str
)
async def test_every_screen(stage: Stage, name: str, size: tuple[int, int]) -> None:
    text = HOSTILE[name]
    stage.events = spoilt(finished().events, text)
    async with opened(stage, size) as on:
        assert_tame(on)
        await on.pilot.press(*"why", "enter")
        for until in (30, len(answering().events) + 18, None):
            stage.run.play(until)
            await on.settle()
            assert_tame(on)
        on.app.notify_line(f"notice {text}")
        await on.settle()
        assert_tame(on)
        await on.press("tab", "right", "down", "down", "down", "right", "down")
        assert_tame(on)
        for rows in ("up", "up"):
            await on.press("enter")
            for _ in range(6):
                assert_tame(on)
                await on.press("tab")
            await on.press("escape", rows)
        await on.press("1")
        assert_tame(on)
        await on.press("escape", "r")
        assert_tame(on)
        await on.press("escape")
        for key in ("w", "question_mark", "T", "d"):
            await on.press(key)
            assert_tame(on)
            await on.press("escape")
        await on.app.push_screen(PlanScreen(on.app.shown, "0", f"map_query {text}"))
        await on.settle()
        assert_tame(on)
        await on.press("n")
        on.app.screen_stack[0].set_focus(on.prompt)
        on.prompt.post_message(Paste(text[:2_000]))
        await on.settle()
        assert_tame(on)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_report_of_a_record_whoever_wrote_it(tmp_path: Path, name: str) -> None:
    store = RunStore(tmp_path / "runs")
    events = spoilt(finished().events, HOSTILE[name])
    path = store.path(events[0].run_id)
    path.parent.mkdir()
    path.write_text("".join(event.model_dump_json() + "\n" for event in events), encoding="utf-8")
    report = markdown(Tree.of(store.read(events[0].run_id)))
    assert not ACTS.search(report.replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize("name", [name for name in HOSTILE if "long" not in name])
async def test_files_and_their_names(stage: Stage, tmp_path: Path, name: str) -> None:
    text = HOSTILE[name]
    folder = tmp_path / "evil"
    folder.mkdir()
    file_name = "".join(each for each in text if each not in "/\x00")[:60] + ".py"
    (folder / file_name).write_text(f"def first():\n    # {text}\n    return '{text}'\n", encoding="utf-8", newline="")
    stage.repository = Repository.open(folder, tmp_path / "cache2")
    stage.repository.scan()
    async with opened(stage) as on:
        await on.press("tab", "b")
        assert_tame(on)
        for key in ("down", "right", "right", "right", "tab", "down", "o"):
            await on.press(key)
            assert_tame(on)


TOGETHER = {
    "acting": "".join(HOSTILE[name] for name in ("escapes", "controls", "markup", "bidi")),
    "unruly": "".join(HOSTILE[name] for name in ("returns", "zwj", "combining", "wide", "table")),
    "long": HOSTILE["long"] + HOSTILE["wide_long"],
}
"""As above, in fewer tests."""


@pytest.mark.parametrize("name", TOGETHER)
async def test_a_patch_of_a_hostile_file(stage: Stage, tmp_path: Path, name: str) -> None:
    path = "src/shop/evil.py"
    text = TOGETHER[name].replace("\0", "")  # with it, a file is binary
    before = f"# {text}\na = 1\nb = 2\n# {text}\n".encode()
    (stage.repository.root / path).write_bytes(before)
    stage.repository.update([path])
    change = file_patch(Edit(path, path, before, before.replace(b"a = 1", b"a = 3")))
    stage.events = proposing(written(Patch((change,))), title=f"Change {text}").events
    async with opened(stage, (80, 24)) as on:
        on.app.session.applying = Applying(stage.repository.root, tmp_path / "applied")
        await on.ask()
        await on.press("escape", "d")
        await until(on, lambda: "hunk taken" in on.line("#crumbs"))
        assert "a = 3" in on.page.text
        assert_tame(on)
        await on.press("enter")
        await until(on, lambda: isinstance(on.screen, Confirm))
        assert_tame(on)
        await on.press("y")
        await until(on, lambda: "applied" in on.page.text)
        assert_tame(on)
    assert (stage.repository.root / path).read_bytes() == before.replace(b"a = 1", b"a = 3")


@pytest.mark.parametrize("name", TOGETHER)
async def test_settings_that_hold_hostile_values(stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    text = TOGETHER[name]
    async with opened(stage, (80, 24)) as on, open_workspace(stage.repository.root, load_settings({})) as workspace:
        hostile = {"model": text, "sub_model": text, "theme": text, "allow_secrets": (text, text), "keys": {text: text}}
        settings = load_settings({}).model_copy(update=hostile)
        on.app.session.setup = Setup(workspace, settings, dict(hostile), Path(f"/home/{text[:30]}/config.toml"))
        for word, keys in (("settings", ("enter", "escape", "end", "up")), ("setup", ("m", "escape", "u", "escape"))):
            await on.press(*f"/{word}", "enter")
            assert_tame(on)
            for key in keys:
                await on.press(key)
                assert_tame(on)
            await on.press("escape")


async def test_what_is_pasted_into_a_line(stage: Stage) -> None:
    async with opened(stage) as on:
        for word in ("runs", "browse", "history"):
            await on.press(*f"/{word}", "enter")
            on.app.post_message(Paste(HOSTILE["escapes"] + HOSTILE["bidi"]))
            await on.settle()
            assert_tame(on)
            await on.press("escape")
            if word == "runs":
                await on.press("i")
