"""Map end to end: on the navigator, and on a model whose sub-agents are remembered, so that the second map is nearly free."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from engine_runs import Script, bench, said
from messages_answers import Answer, cell, text
from messages_server import Json
from small_repository import make_small_repository

from rlm_tui.engine.memo import Memo
from rlm_tui.engine.run import Engine, Models, Question, Run
from rlm_tui.models.navigator.model import Navigator
from rlm_tui.modes.map import prepare
from rlm_tui.records.events import Bounds
from rlm_tui.records.store import RunStore
from rlm_tui.repl.choose import open_sandbox
from rlm_tui.repository.repository import Repository


async def mapped(folder: Path, root: Path, *words: str) -> Run:
    repository = Repository.open(root, folder / "cache")
    repository.scan()
    sandbox = await open_sandbox()
    models = Models(Navigator(), Navigator())
    engine = Engine(repository, sandbox, models, RunStore(folder / "runs"), Bounds())
    try:
        run = engine.ask(Question("map", mode="map", arguments=words))
        end = await run.wait()
        assert (end.status, end.error) == ("done", "")
        assert not [citation for citation in run.tree.citations if not citation.ok]
        return run
    finally:
        await engine.close()
        await sandbox.close()
        repository.close()


async def test_the_navigator_maps_a_small_shop(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    run = await mapped(tmp_path, root)
    answer = run.tree.answer
    for part in (
        "## Layers",
        "```mermaid\nflowchart TD",
        "## Modules",
        "## Entry points",
        "`server/main.go:12`",
        "## Hot spots",
    ):
        assert part in answer
    assert "No file imports itself in a circle." in answer
    assert "1. `README.md`: what it says of itself" in answer
    assert {call.label for call in run.tree.calls.values() if call.parent} >= {"server/main.go", "src/shop/payment.py"}


async def test_circles_are_no_hot_spots_and_translations_no_readme(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop")
    (root / "README.cn.md").write_text("# shop\n\nThis is the translation of it.\n")
    (root / "src/shop/one.py").write_text("from shop.two import b\n\n\ndef a() -> int:\n    return b()\n")
    (root / "src/shop/two.py").write_text("from shop.one import a\n\n\ndef b() -> int:\n    return a()\n")
    answer = (await mapped(tmp_path, root)).tree.answer
    assert "shop/one.py" in answer.partition("## Cycles")[2].partition("## Where")[0]
    assert "import cycle" not in answer
    assert "1. `README.md`: what it says of itself" in answer


async def test_a_part_is_mapped(tmp_path: Path) -> None:
    run = await mapped(tmp_path, make_small_repository(tmp_path / "shop"), "src/shop")
    assert "`src/shop/payment.py`" in run.tree.answer
    assert "server/main.go" not in run.tree.answer


async def test_a_model_gets_the_tools_of_the_map(tmp_path: Path) -> None:
    script = Script(
        question="How is this code base put together?",
        root=[
            cell(
                "found = architecture()\nprint(found['layers'])\nprint(entry_points())\nprint(hotspots(2))\nprint(cycles())"
            ),
            text("The server starts in `server/main.go:12-14`."),
        ],
    )
    async with bench(tmp_path, script) as made:
        run = made.engine.ask(Question("map", mode="map", arguments=(), route="repl"))
        end = await run.wait()
    assert end.status == "done", end.error
    output = run.tree.calls["0"].steps[0].output
    assert "server/main.go:12  [main]  main  func main() {" in output
    assert "src/shop/payment.py" in output


SUMMARIES = """
names = ["server", "src/shop", "web"]
print(rlm_query_batched([{"task": "Summarise " + name, "scope": name} for name in names]))
"""


async def test_the_second_map_pays_only_for_the_module_that_changed(tmp_path: Path) -> None:
    asked: list[str] = []

    def model(body: Json) -> Answer:
        if len(body["messages"]) == 1:
            asked.append(said(body).splitlines()[1])
        return script(body)

    def fresh() -> Script:
        agents: dict[str, Sequence[Answer]] = {
            f"Summarise {name}": [cell("print(repo.files)"), text(f"{name}: well.")]
            for name in ("server", "src/shop", "web")
        }
        return Script(
            question="How is this code base put together?", root=[cell(SUMMARIES), text("Three parts.")], agents=agents
        )

    async with bench(tmp_path, model, memo=Memo(tmp_path / "memo")) as made:
        for expected in (3, 0, 1):
            script = fresh()
            asked.clear()
            run = made.engine.ask(Question("map", mode="map", arguments=()))
            assert (await run.wait()).status == "done"
            assert len([task for task in asked if task.startswith("Summarise")]) == expected
            if expected == 0:
                (made.repository.root / "web/more.js").write_text("export const more = 1;\n", encoding="utf-8")
                made.repository.scan()


def test_what_is_no_folder_here_is_said(tmp_path: Path) -> None:
    repository = Repository.open(make_small_repository(tmp_path / "shop"), tmp_path / "cache")
    repository.scan()
    try:
        with pytest.raises(ValueError, match="no folder or module here"):
            prepare(repository, ["no/such"], "")
    finally:
        repository.close()
