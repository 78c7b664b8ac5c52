"""An endpoint that means harm: it gets the key it was given and nothing else, and none of its answers breaks anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from messages_server import MessagesServer, error, text
from model_asking import KEY, MODEL, ask, asked_once, endpoint

from rlm_tui.engine.citations import check
from rlm_tui.models.protocol import ModelError
from rlm_tui.repository.repository import Repository


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_does_not_follow_a_redirect(status: int) -> None:
    async with MessagesServer([text("stolen")] * 20) as thief:
        elsewhere = replace(error(status, "moved", "moved"), headers={"location": f"{thief.url}/v1/messages"})
        async with MessagesServer([elsewhere] * 20) as server:
            with pytest.raises(ModelError, match="redirects to"):
                await asked_once(server)
    assert not any(KEY in value for request in thief.requests for value in request.headers.values())
    assert not thief.requests


@pytest.mark.parametrize("count", [10**400, 10**30, -5])
async def test_absurd_counts_of_tokens_do_not_break_sums(count: int) -> None:
    async with MessagesServer([text("so").usage(count, count)]) as server:
        there = endpoint(server)
        model = there.model(MODEL)
        usage = (await ask(model)).reply.usage
        await there.close()
    assert 0 <= usage.input < 10**10
    assert 0 <= usage.output < 10**10
    assert (model.price(usage) or 0.0) < 10**10


@pytest.mark.parametrize(
    "forged",
    [
        "../../etc/passwd:1-3",
        "/etc/passwd:1",
        "~/.ssh/id_rsa:1-2",
        "a.py:1-99999999999",
        "a.py:99999999",
        f"`a.py:1-{'9' * 5000}`",
    ],
)
def test_forged_citations_are_marked(tmp_path: Path, forged: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a.py").write_text("def first():\n    return 1\n")
    repository = Repository.open(tmp_path / "root", tmp_path / "cache")
    repository.scan()
    found = check(f"It is in {forged} and a.py:1-2.", repository, lambda _path: False)
    repository.close()
    assert [citation.ok for citation in found] == [False, True]
    assert not found[0].excerpt
