"""The mode of a question about the code."""

from __future__ import annotations

from rlm_tui.engine.mode import Mode

ASK = Mode(
    name="ask",
    title="Answer a question about the code, with evidence",
    prompt=(
        "Find the code that decides the answer, follow it across callers and callees until nothing is guessed, and check "
        "what would prove you wrong."
    ),
    answer=(
        "Markdown: the answer in one or two sentences first, then how it works. As short as the question allows. "
        "Say what you could not find or did not look at."
    ),
    usage="QUESTION",
)
