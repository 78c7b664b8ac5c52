"""The mode that reviews changes: a branch, a range of commits, what is staged, or what is not committed yet."""

from __future__ import annotations

from rlm_tui.engine.mode import Mode

REVIEW = Mode(
    name="review",
    title="Review changes: findings with evidence, the gravest first",
    prompt=(
        "Review the change in `context`: what breaks, for whom, and what proves it. Look at callers, tests and history of "
        "what changed; a bug must be shown in lines, old or new. Call `propose` for each problem worth a developer's time, "
        "and for nothing else: no praise, no style, nothing a formatter does. Be honest in `confidence`."
    ),
    answer=(
        "Markdown, short: what the change does in one sentence, whether it is ready, and what you did not review. The "
        "findings are shown beside it: do not repeat them."
    ),
    below="Call `propose` for each problem that you find in your part; answer with what you looked at and what not.",
    proposes=True,
    second_look=True,
)
