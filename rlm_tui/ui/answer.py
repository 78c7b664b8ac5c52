"""The answer pane: the question, the answer as it streams, and the citations that were checked."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rlm_tui.records.events import Citation, RunStarted
from rlm_tui.records.findings_report import findings_brief
from rlm_tui.records.tree import Tree
from rlm_tui.repository.symbols import Span
from rlm_tui.ui.about_run import about_run
from rlm_tui.ui.actions import bindings
from rlm_tui.ui.blocks import ACCENT, MUTED, PROMPT_MARK, Block, Flow, Gap, plain, shorten
from rlm_tui.ui.claims import AnswerPage, Marker
from rlm_tui.ui.markdown import Stream
from rlm_tui.ui.rows import MARKS, step_detail

QUESTION_LINES = 3
"""Lines of the question that are shown."""
MOST_WAITED = 12
"""Running calls that are named while there is no answer."""


class Citations(OptionList):
    """The citations below the answer."""

    BINDINGS = bindings("citations")

    class FinderWanted(Message):
        """The user wants to see the call that found a citation, by its number."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def action_finder(self) -> None:
        """Ask for the call that found the citation."""
        if self.highlighted is not None:
            self.post_message(self.FinderWanted(self.highlighted + 1))


class AnswerPane(Vertical):
    """Follows a tree. What is wanted of a citation is told by `CitationOpened` and `FinderWanted`."""

    class CitationOpened(Message):
        """The user wants to see the cited lines."""

        def __init__(self, citation: Citation) -> None:
            self.citation = citation
            super().__init__()

    class FinderWanted(Message):
        """The user wants to see the call that found the citation."""

        def __init__(self, citation: Citation) -> None:
            self.citation = citation
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._tree: Tree | None = None
        self._stream = Stream()
        self._source = ""
        self._citations: tuple[Citation, ...] = ()
        self._ended = False
        self._idle: list[Block] | None = None

    def compose(self) -> ComposeResult:
        """Lay the parts below each other."""
        yield Static(id="question", markup=False)
        yield AnswerPage(id="answer")
        yield Citations(id="citations", compact=True)

    def show_idle(self, blocks: list[Block]) -> None:
        """Show what stands here before anything was asked."""
        if blocks != self._idle:
            self._idle = blocks
            self.query_one("#question").display = False
            self.query_one("#citations").display = False
            self.query_one("#answer", AnswerPage).show(blocks)

    def show(self, tree: Tree) -> None:
        """Draw the answer as far as it is written."""
        if tree is not self._tree:
            self._begin(tree)
        source = tree.answer
        if tree.end is not None and not self._ended:
            self._ended = True
            self._finish(tree, source)
        elif tree.end is None and not source:
            self._wait(tree)
        elif source != self._source:
            self._grow(source)
        if (tree.citations or tree.end is not None) and (evidence := tree.evidence) != self._citations:
            self._cite(evidence)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the answer cites, in the order shown."""
        return self._citations

    def show_use(self, number: int) -> None:
        """Go to the first claim with this citation; to the list of citations where the text does not spell it out."""
        page, listed = self.query_one("#answer", AnswerPage), self.query_one("#citations", Citations)
        listed.highlighted = number - 1
        if page.choose(number):
            page.focus()
        else:
            listed.focus()

    def on_answer_page_code_wanted(self, message: AnswerPage.CodeWanted) -> None:
        """Tell which claim's code is wanted."""
        self.post_message(self.CitationOpened(self._citations[message.number - 1]))

    def on_answer_page_finder_wanted(self, message: AnswerPage.FinderWanted) -> None:
        """Tell whose finder is wanted."""
        self.post_message(self.FinderWanted(self._citations[message.number - 1]))

    def on_citations_finder_wanted(self, message: Citations.FinderWanted) -> None:
        """Tell whose finder is wanted."""
        self.post_message(self.FinderWanted(self._citations[message.number - 1]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell which citation was chosen."""
        event.stop()
        self.post_message(self.CitationOpened(self._citations[event.option_index]))

    def _begin(self, tree: Tree) -> None:
        self._tree, self._idle, self._ended = tree, None, False
        self._restart()
        question = self.query_one("#question", Static)
        question.display = tree.start is not None
        if tree.start is not None:
            question.update(Content.assemble((f"{PROMPT_MARK} ", ACCENT), plain(_asked(tree.start), "bold")))
        else:
            self._tree = None
        page = self.query_one("#answer", AnswerPage)
        page.follow = False
        page.show([])
        page.top()
        page.follow = True
        self._cite(())

    def _restart(self) -> None:
        self._stream, self._source = Stream(), ""

    def _grow(self, source: str) -> None:
        if not source.startswith(self._source):
            self._restart()
        self._stream.write(source[len(self._source) :])
        self._source = source
        self.query_one("#answer", AnswerPage).show(self._stream.blocks)

    def _finish(self, tree: Tree, source: str) -> None:
        page = self.query_one("#answer", AnswerPage)
        was_at_end = bool(self._source) and page.is_vertical_scroll_end and page.max_scroll_y > 0
        page.follow = False
        self._restart()
        marker = Marker(tree.evidence)
        self._stream = Stream(marker)
        self._stream.write("\n\n".join(part for part in (source.rstrip(), findings_brief(tree)) if part))
        self._stream.end()
        blocks = list(self._stream.blocks)
        if tree.end is not None and tree.end.error:
            blocks = [Flow(plain(f"✗ {tree.end.error}", "$text-error")), *([Gap()] if blocks else []), *blocks]
        if not blocks:
            blocks = [Flow(Content.styled("The run ended without an answer.", MUTED))]
        self._source = source
        page.take_claims(marker.claims)
        page.show([*blocks, *about_run(tree)])
        if was_at_end:  # whoever followed it as it streamed stays at the answer's end; a replay begins at the top
            page.scroll_to(y=max(0, page.start_of(len(blocks)) - page.size.height), animate=False, immediate=True)
        page.follow = True

    def _wait(self, tree: Tree) -> None:
        """Say what goes on while there is no answer yet."""
        root = tree.root
        last = root.steps[-1:] if root else []
        blocks: list[Block] = [Flow(plain(f"step {step.number} · {step_detail(step)}", MUTED)) for step in last]
        running = [call for call in tree.calls.values() if call.phase == "running" and call.id != "0"]
        for call in running[:MOST_WAITED]:
            doing = step_detail(call.steps[-1]) if call.steps else "starting"
            mark = Content.styled(f"  {MARKS['running']} ", ACCENT)
            said = Content.assemble(plain(call.label), plain(f"  {doing}", MUTED))
            blocks.append(Flow(said, mark, Content("    ")))
        self._restart()
        self.query_one("#answer", AnswerPage).show(blocks)

    def _cite(self, citations: tuple[Citation, ...]) -> None:
        self._citations = citations
        options = self.query_one("#citations", OptionList)
        options.clear_options()
        width = self.query_one("#answer", AnswerPage).size.width
        options.add_options([Option(citation_line(number, cited, width)) for number, cited in enumerate(citations, 1)])
        options.display = bool(citations)


def _asked(start: RunStarted) -> str:
    """Return what the user typed; of a long text, such as a traceback, its title."""
    typed = start.typed.strip()
    return typed if typed.count("\n") < QUESTION_LINES else start.title


def citation_line(number: int, cited: Citation, width: int) -> Content:
    """Return `[1] ✓ src/a.py:10-12`, with the reason where the check failed, on one line."""
    mark = ("✓ ", "$text-success") if cited.ok else ("✗ ", "$text-error")
    reason = "" if cited.ok else f"  {cited.reason or 'not found'}"
    where = plain(shorten(str(Span(cited.path, cited.start, cited.end)), max(20, width - 8 - len(reason))))
    return Content.assemble((f"{f'[{number}]':>4} ", MUTED), mark, where, plain(reason, "$text-error"))
