"""The main screen: status line, calls, answer, prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList

from rlm_tui.records.events import Citation
from rlm_tui.records.evidence import found_by
from rlm_tui.repository.symbols import Span
from rlm_tui.ui.actions import Place, bindings
from rlm_tui.ui.answer import AnswerPane, Citations
from rlm_tui.ui.calls_pane import CallsPane, FilterLine
from rlm_tui.ui.calls_tree import CallsTree
from rlm_tui.ui.code_view import CodeScreen
from rlm_tui.ui.completion import Choices
from rlm_tui.ui.diff_view import DiffScreen
from rlm_tui.ui.nodes import step_key, uses
from rlm_tui.ui.playback import Playback
from rlm_tui.ui.prompt import Prompt
from rlm_tui.ui.prompt_row import PromptRow
from rlm_tui.ui.runs import RunsScreen
from rlm_tui.ui.status import Footer, Line, Notice, Tabs, live_text, status
from rlm_tui.ui.timeline import TimelineScreen
from rlm_tui.ui.trace_text import breadcrumb, unused
from rlm_tui.ui.welcome import welcome

if TYPE_CHECKING:
    from rlm_tui.setup import Setup
    from rlm_tui.ui.app import RlmApp

NARROW = 100
"""Below this many columns there is one pane, with tabs."""

SHORT = 20
"""Below this many rows the question and the citations take one row each, until these have the focus."""

_REPLAY = frozenset(("pause", "step", "hasten"))

_PANES = ("prompt", "calls", "answer", "citations")


class AskScreen(Screen[None]):
    """Draws the app's current run ten times a second while it lives."""

    BINDINGS = bindings("ask")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012 (declared by Textual)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (SHORT, "-tall")]  # noqa: RUF012 (declared by Textual)
    app: RlmApp

    def __init__(self) -> None:
        super().__init__()
        self._chosen: Literal["Calls", "Answer"] = "Answer"
        self._used = ""

    def compose(self) -> ComposeResult:
        """Lay the parts: one grid at every size."""
        yield Line(id="status")
        yield Tabs(id="tabs")
        with Horizontal(id="panes"):
            yield CallsPane(CallsTree(id="calls"), id="calls-pane")
            yield AnswerPane(id="answer-pane")
        yield Notice(id="notice")
        yield PromptRow(id="prompt-area")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Begin in the prompt."""
        self.query_one("#answer-pane").border_title = "Answer"
        self.set_focus(self.query_one(Prompt))
        self._choose("Answer")
        self.draw()
        self.app.begin_session()
        self.app.call_later(self.app.take_typed_ahead)

    def on_screen_resume(self) -> None:
        """Draw what changed behind another screen."""
        self.draw()

    def on_resize(self) -> None:
        """Draw the lines again for the new width."""
        self.call_after_refresh(self.draw)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the keys of the focused pane; on a narrow screen, the pane itself."""
        self.draw_lines()

    def draw(self) -> None:
        """Draw the run as it is now."""
        if not self.is_current or not self.query(CallsTree):  # behind another screen, not composed yet, or closing
            return
        tree = self.app.shown
        self.query_one(CallsTree).show(tree, self.app.now(tree))
        answer = self.query_one(AnswerPane)
        self.set_class(is_idle := tree.start is None and tree.end is None and not self.app.is_live, "-idle")
        if is_idle:
            answer.show_idle(welcome(self.app.session, self.app.examples))
        else:
            answer.show(tree)
        self.draw_lines()

    def draw_lines(self) -> None:
        """Draw the status line, the tabs and the footer."""
        if not self.is_current:
            return
        tree = self.app.shown
        line = self.query_one("#status", Line)
        line.show(status(self.app.session, tree, self.app.now(tree), max(1, line.size.width)))
        self.query_one(Tabs).show_tabs(("Calls", "Answer"), self._chosen, live_text(tree) if self.app.is_live else None)
        footer = self.query_one(Footer)
        typing = isinstance(self.focused, Prompt)
        hidden = set() if self.app.is_live else {"cancel_call"}
        leaves = not self.app.is_live and typing and tree.start is not None
        if not self.app.is_live and not leaves:
            hidden.add("cancel")
        if tree.start is None:
            hidden.add("export")
        if self.app.playback is None:
            hidden |= {"pause", "step", "hasten(1)"}
        footer.show_places(
            *self._places(),
            typing=typing or isinstance(self.focused, FilterLine),
            hidden=hidden,
            labels={"cancel": "leave prompt"} if leaves else None,
        )

    def say(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Write a notice."""
        self.query_one(Notice).say(text, level)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Tab to the list of completions while it is open; a replay's keys are there while it plays."""
        if action in _REPLAY:
            return self.app.playback is not None
        return action != "next_pane" or not self.query_one(Choices).is_open

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._turn(1)

    def action_last_pane(self) -> None:
        """Go to the pane before."""
        self._turn(-1)

    def action_write(self) -> None:
        """Go to the prompt."""
        self.set_focus(self.query_one(Prompt))

    def action_cancel(self) -> None:
        """Stop the run; with nothing to stop, leave the prompt."""
        if self.app.is_live:
            self.app.cancel_run()
        elif isinstance(self.focused, Prompt):
            self._focus("calls" if self.has_class("-wide") and self.app.shown.start is not None else "answer")

    def action_cite(self, number: int) -> None:
        """Open the code of a citation by its number."""
        citations = self.query_one(AnswerPane).citations
        if 0 < number <= len(citations):
            self._open_code(citations[number - 1])
        else:
            self.say(f"there is no citation {number}")

    def action_reopen(self) -> None:
        """Open the trace whose use in the answer was shown."""
        if self._used:
            self.query_one(CallsPane).open_trace(self._used)

    def action_export(self) -> None:
        """Write the report."""
        self.app.export()

    def action_patch(self) -> None:
        """Show the patch that the run proposes."""
        found = [finding for finding in self.app.shown.findings if finding.patch]
        if found:
            title = found[0].title if len(found) == 1 else f"{len(found)} patches of this run"
            self.app.push_screen(DiffScreen(title, [finding.patch for finding in found]))
        else:
            self.say("this run proposes no patch")

    def action_copy(self) -> None:
        """Copy the answer, or the place of the citation under the cursor."""
        listed, citations = self.query_one(Citations), self.query_one(AnswerPane).citations
        if self.focused is listed and citations:
            cited = citations[listed.highlighted or 0]
            self.app.copy(str(Span(cited.path, cited.start, cited.end)), "the citation")
        elif self.app.shown.answer:
            self.app.copy(self.app.shown.answer, "the answer")
        else:
            self.say("there is no answer to copy yet")

    def action_again(self) -> None:
        """Take the shown run up again."""
        self.app.again()

    def action_runs(self) -> None:
        """Show the list of runs."""
        self.app.push_screen(RunsScreen(), self.app.open_run)

    def action_history(self) -> None:
        """Search what was asked."""
        self.query_one(PromptRow).search()

    def action_edit(self) -> None:
        """Open the editor on what is written."""
        self.query_one(PromptRow).edit()

    def action_pause(self) -> None:
        """Pause the replay, or go on."""
        if self.app.playback is not None:
            self.app.playback.pause()
            self.tell_playback(self.app.playback)

    def action_step(self) -> None:
        """Show what happens next in the replay."""
        if self.app.playback is not None:
            self.app.playback.step()
            self.tell_playback(self.app.playback)

    def action_hasten(self, by: int) -> None:
        """Play faster or slower."""
        if self.app.playback is not None:
            self.app.playback.hasten(by)
            self.tell_playback(self.app.playback)

    def tell_playback(self, playback: Playback) -> None:
        """Say how the replay plays; its keys work outside of the prompt."""
        if isinstance(self.focused, Prompt):
            self._focus("calls" if self.has_class("-wide") else "answer")
        state = "paused" if playback.paused else "playing"
        self.say(f"replay {state} at {playback.speed}x · p pause · s step · + - speed · Esc shows the end")

    def action_setup(self) -> None:
        """Open the set-up."""
        from rlm_tui.ui.setup_screen import SetupScreen  # with what it sets up: models, sandboxes, settings

        if (setup := self._setup()) is not None:
            from rlm_tui.ui.setup_screen import SetupScreen

            self.app.push_screen(SetupScreen(setup))

    def action_settings(self) -> None:
        """Open the settings."""
        from rlm_tui.ui.settings_screen import SettingsScreen  # as above

        if (setup := self._setup()) is not None:
            from rlm_tui.ui.settings_screen import SettingsScreen

            self.app.push_screen(SettingsScreen(setup))

    def _setup(self) -> Setup | None:
        if self.app.session.setup is None:
            self.say("nothing can be set here")
        return self.app.session.setup

    def action_browse(self) -> None:
        """Open the browser; what is to be asked about comes into the prompt."""
        from rlm_tui.ui.browse import BrowseScreen

        self.app.push_screen(BrowseScreen(), self._mention)

    def action_timeline(self) -> None:
        """Show who waited for whom."""

        def back(used: str | None) -> None:
            if used is not None:
                self._show_use(used)

        self.app.push_screen(TimelineScreen(self.query_one(CallsTree).cursor), back)

    def on_calls_tree_use_wanted(self, message: CallsTree.UseWanted) -> None:
        """Go to where the answer uses what a node found."""
        self._show_use(message.key)

    def on_answer_pane_citation_opened(self, message: AnswerPane.CitationOpened) -> None:
        """Open the code."""
        self._open_code(message.citation)

    def on_answer_pane_finder_wanted(self, message: AnswerPane.FinderWanted) -> None:
        """Go to the call that found a citation."""
        self._show_finder(message.citation)

    def on_answer_page_no_claim(self) -> None:
        """Say that the answer cites nothing."""
        self.say("the answer cites nothing here")

    def on_prompt_sent(self, message: Prompt.Sent) -> None:
        """Ask, or run a command."""
        self.app.send(message.text)

    def on_prompt_help_wanted(self) -> None:
        """Open the help."""
        self.app.action_help()

    def begin(self) -> None:
        """Make ready for a new run."""
        self._used = ""
        self.say("")
        self._choose("Answer")
        self.draw()

    def _mention(self, mention: str | None) -> None:
        if mention is not None:
            self.query_one(PromptRow).insert(f"{mention} ")

    def _open_code(self, citation: Citation) -> None:
        def back(wants_finder: bool | None) -> None:
            if wants_finder:
                self._show_finder(citation)

        self.app.push_screen(CodeScreen(citation), back)

    def _show_use(self, key: str) -> None:
        used = uses(self.app.shown, key)
        if not used:
            self.say(unused(self.app.shown, key))
            return
        self._used = key
        self._choose("Answer")
        self.query_one(AnswerPane).show_use(used[0])
        found = f"{breadcrumb(self.app.shown, key).plain} found {' '.join(f'[{number}]' for number in used)}"
        self.say(f"{found} · Backspace opens it again")

    def _show_finder(self, citation: Citation) -> None:
        finder = found_by(self.app.shown, citation)
        if finder is None:
            self.say(f"no call of this run has named {citation.path}: it is cited from memory", "warning")
            return
        key = step_key(*finder) if finder.step else finder.call
        self._focus("calls")
        self.query_one(CallsTree).move_to(key)
        self.say(f"{citation.span} was found by {breadcrumb(self.app.shown, key).plain}")

    def _places(self) -> tuple[Place, ...]:
        match self.focused:
            case Prompt():
                return ("prompt", "ask", "everywhere")
            case FilterLine():
                return ("filter", "everywhere")
            case CallsTree():
                return ("calls", "ask", "everywhere")
            case OptionList():
                return ("citations", "ask", "everywhere")
            case _:
                return ("answer", "ask", "everywhere")

    def _turn(self, by: int) -> None:
        absent = {"citations"} if not self.query_one(AnswerPane).citations else set()
        if self.has_class("-idle"):
            absent.add("calls")
        panes = [pane for pane in _PANES if pane not in absent]
        focused = self.focused.id if self.focused is not None else None
        at = panes.index(focused) if focused in panes else 0
        self._focus(panes[(at + by) % len(panes)])

    def _focus(self, pane: str) -> None:
        if pane == "calls":
            self._choose("Calls")
        elif pane in ("answer", "citations"):
            self._choose("Answer")
        self.set_focus(self.query_one(f"#{pane}", Widget))  # at once: `focus()` waits, and keys typed ahead go astray

    def _choose(self, pane: Literal["Calls", "Answer"]) -> None:
        self._chosen = pane
        self.set_class(pane == "Calls", "-calls")
        self.draw_lines()
