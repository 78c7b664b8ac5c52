"""The one-line parts of the screen: the status line, the footer, the line that carries notices, the tabs of a narrow screen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from rlm_tui.records.tree import Tree
from rlm_tui.ui import figures
from rlm_tui.ui.actions import Place, at, key_name, writes
from rlm_tui.ui.blocks import ACCENT, MUTED, plain
from rlm_tui.ui.rows import MARKS, step_detail
from rlm_tui.ui.rows import spent as dollars_spent
from rlm_tui.ui.session import Session

if TYPE_CHECKING:
    from rlm_tui.repository.index.indexing import Progress
    from rlm_tui.ui.app import RlmApp


WIDE = 100
"""From this width on nothing is shortened."""
SMALL = 70
"""Below this width the navigator is only named."""


class Line(Widget):
    """One line of content, cut at its end, never wrapped."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._content = Content()

    def show(self, content: Content) -> None:
        """Draw `content` if it differs from what is shown."""
        if not content.is_same(self._content):
            self._content = content
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        return self._content


def beside(left: Sequence[Content], right: Sequence[Content], width: int, gap: str = "   ") -> Content:
    """Put parts at both ends of a line; where the width does not hold them all, the last of the left ones go first."""
    kept = list(left)
    end = Content(gap).join(right)
    while len(kept) > 1 and Content(gap).join(kept).cell_length + end.cell_length + 2 > width:
        kept.pop()
    start = Content(gap).join(kept).truncate(max(0, width - end.cell_length - 1), ellipsis=True)
    return start + " " * max(1, width - start.cell_length - end.cell_length) + end


def status(session: Session, tree: Tree, now: float, width: int) -> Content:
    """Say what is in force and how far the run is."""
    repository = session.repository
    start = tree.start
    where = plain(start.repository if start else repository.name, "bold")
    # While a run lives, what it began on; afterwards what the next one would begin on.
    theirs = start is not None and (tree.end is None or start.root != str(repository.root))
    commit = start.commit if start is not None and theirs else repository.commit
    if commit:
        where += plain(f"@{commit[:7]}", MUTED)
    left = [Content.assemble(("rlm", f"bold {ACCENT}"), (" ▸ ", MUTED), where)]
    left += _force(session, tree, width)
    right: list[Content] = []
    progress = repository.progress
    if progress.phase in ("listing", "parsing"):
        right.append(Content.styled(index_text(progress), "$text-warning"))
    if start is not None:
        calls = len(tree.calls)
        if tree.live:
            right.append(Content.assemble((str(tree.live), "bold"), (f" live/{calls}", MUTED)))
        else:
            right.append(Content.styled(figures.count(calls, "call"), MUTED))
        if start.language_model:
            bound = start.bounds.dollars
            spent = figures.dollars(dollars_spent(tree))
            right.append(Content.assemble(spent, (f"/{bound:.2f}" if bound is not None else "", MUTED)))
        end = tree.end.ts if tree.end else now
        right.append(Content(f"{figures.clock(end - start.ts):>4}"))
    return beside(left, right, width, "   " if width >= WIDE else "  ")


def _force(session: Session, tree: Tree, width: int) -> list[Content]:
    """Route and sandbox, then models: what must be seen stands first, the last goes first when there is no room."""
    start = tree.start
    model = start.model if start else session.model
    sub = start.sub_model if start else session.sub_model
    is_language_model = start.language_model if start else session.language_model
    names = " / ".join(dict.fromkeys(short_model(name, width >= WIDE) for name in (model, sub)))
    sandbox = start.sandbox if start else session.sandbox_name
    return [
        plain(f"{start.route} · {sandbox}" if start else sandbox, MUTED),
        plain(names if is_language_model or width < SMALL else f"{names}: no language model", MUTED),
    ]


def short_model(name: str, version: bool = True) -> str:
    """Return a model's name without its maker's prefix, and, if wanted, without its version: `sonnet-5-5`, `sonnet`."""
    short = name.removeprefix("claude-").partition("@")[0][:24]
    return short if version else short.partition("-")[0] or short


def index_text(progress: Progress) -> str:
    """Return `index 43% · 1,200/2,900 files`."""
    if not progress.total:
        return "index: listing files"
    return f"index {100 * progress.done // progress.total}% · {progress.done:,}/{progress.total:,} files"


def live_text(tree: Tree) -> Content:
    """Name what runs now, the latest first: the strip of a narrow screen."""
    running = [call for call in reversed(tree.calls.values()) if call.phase == "running"][:3]
    parts = []
    for call in running:
        doing = f" {step_detail(call.steps[-1])}" if call.steps else ""
        parts.append(
            Content.assemble((MARKS["running"], ACCENT), " ", plain(call.label[:40]), plain(doing[:60], MUTED))
        )
    return Content("  ").join(parts)


_ALWAYS = ("back", "cancel", "help")
"""Actions that the footer names at any width: the ways out, and to the rest."""
_BETWEEN = "   "


class Footer(Line):
    """The keys of the place where the focus is, as far as they fit."""

    app: RlmApp

    def show_places(
        self,
        *places: Place,
        typing: bool = False,
        hidden: Collection[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Take the keys of these places, the most special first; while `typing`, only keys that write nothing.

        `labels` has other words for actions that do something else just now.
        """
        labels = labels or {}
        parts: dict[str, Content] = {}
        kept: set[str] = set()
        for action in at(*places):
            key = next((key for key in self.app.keymap.keys(action) if not (typing and writes(key))), "")
            if not action.label or not key or key in parts or action.name in hidden:
                continue
            parts[key] = Content.assemble((key_name(key), ACCENT), " ", (labels.get(action.name, action.label), MUTED))
            if action.name in _ALWAYS:
                kept.add(key)
        room = self.size.width + len(_BETWEEN) - sum(parts[key].cell_length + len(_BETWEEN) for key in kept)
        for key, part in parts.items():
            if key not in kept and (needed := part.cell_length + len(_BETWEEN)) <= room:
                kept.add(key)
                room -= needed
        self.show(Content(_BETWEEN).join([part for key, part in parts.items() if key in kept]))


INFO_STAYS, WARNING_STAYS = 8.0, 30.0
"""Seconds after which a notice goes; an error stays until something else is said."""


class Notice(Line):
    """A thin rule above the prompt; what people must know is written into it, so that nothing moves."""

    def say(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Write a notice, "" for none."""
        style = {"info": MUTED, "warning": "$text-warning", "error": "$text-error"}[level]
        glyph = {"info": "", "warning": "! ", "error": "✗ "}[level]
        self._text = plain(glyph + " ".join(text.split()), style) if text else Content()
        if self._timer is not None:
            self._timer.stop()
        seconds = {"info": INFO_STAYS, "warning": WARNING_STAYS, "error": 0.0}[level]
        self._timer = self.set_timer(seconds, self._go) if text and seconds else None
        self.refresh()

    _text = Content()
    _timer: Timer | None = None

    def _go(self) -> None:
        self._text, self._timer = Content(), None
        self.refresh()

    def render(self) -> Content:
        """Draw the rule around the text."""
        width = max(1, self.size.width)
        if not self._text:
            return Content.styled("─" * width, "$panel-lighten-1")
        text = self._text.truncate(max(1, width - 6), ellipsis=True)
        line = Content.assemble(("── ", "$panel-lighten-1"), text, " ")
        return line + Content.styled("─" * max(0, width - line.cell_length), "$panel-lighten-1")


class Tabs(Line):
    """Names beside each other, one of them chosen; `aside` stands at the right end."""

    def show_tabs(self, names: Sequence[str], chosen: str, aside: Content | None = None) -> None:
        """Draw the names."""
        parts = [Content.styled(f" {name} ", f"bold {ACCENT} underline" if name == chosen else MUTED) for name in names]
        left, width = Content(" ").join(parts), max(1, self.size.width)
        room = width - left.cell_length - 2
        self.show(beside([left], [aside.truncate(room, ellipsis=True)] if aside and room > 4 else [], width))
