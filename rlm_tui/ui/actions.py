"""The one list of what keys do: bindings, footer, help, palette, slash commands and the README's key table are made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from rlm_tui.engine.mode import Mode

Place: TypeAlias = Literal[
    "everywhere",
    "ask",
    "prompt",
    "calls",
    "filter",
    "answer",
    "citations",
    "trace",
    "timeline",
    "code",
    "browse",
    "runs",
    "themes",
    "picker",
    "setup",
    "settings",
    "value",
    "jump",
    "confirm",
    "plan",
    "diff",
    "help",
]

PLACES: dict[Place, str] = {
    "everywhere": "Everywhere",
    "ask": "Main screen",
    "prompt": "Prompt",
    "calls": "Calls",
    "filter": "Filter of the calls",
    "answer": "Answer",
    "citations": "Citations",
    "trace": "Trace",
    "timeline": "Timeline",
    "code": "Code",
    "browse": "Browser",
    "runs": "Runs",
    "themes": "Themes",
    "picker": "Lists to choose from",
    "setup": "Setup",
    "settings": "Settings",
    "value": "Value asked for",
    "jump": "Jump mode",
    "confirm": "Yes or no",
    "plan": "Large fan-out",
    "diff": "Patch",
    "help": "Help",
}
"""The title of each place, in the order of the help screen."""


_ARGUMENTS = {"1": "next", "-1": "previous", "True": "yes", "False": "no"}


@dataclass(frozen=True, slots=True)
class Action:
    """Something the user can do in one place.

    `name` is the Textual action; `keys` are Textual key names; `label` is for the footer, "" keeps it out; `says` is for the
    help and the README. `slash` is the word after `/` in the prompt. `priority` wins over the focused widget's own keys.
    `bound` is False where the key is the widget's own (Textual's scrolling): listed, but not bound again.
    """

    place: Place
    name: str
    keys: tuple[str, ...]
    label: str
    says: str
    slash: str = ""
    priority: bool = False
    bound: bool = True

    @property
    def id(self) -> str:
        """A name of its own, for Textual's keymap."""
        return f"{self.place}.{self.name}"

    @property
    def word(self) -> str:
        """Its name in the user's `[keys]`: `follow`, `sibling_next`, `answer_yes`."""
        name, _, argument = self.name.partition("(")
        argument = argument.rstrip(")").strip("'")
        return f"{name}_{_ARGUMENTS.get(argument, argument)}" if argument else name


ACTIONS: tuple[Action, ...] = (
    Action("prompt", "send", ("enter",), "send", "Ask the question, or run the /command"),
    Action("prompt", "newline", ("ctrl+j",), "newline", "Start a new line in the question"),
    Action("prompt", "earlier", ("up",), "history", "Earlier question, from the first line"),
    Action("prompt", "later", ("down",), "", "Later question, from the last line"),
    Action(
        "prompt",
        "complete",
        ("tab",),
        "complete",
        "With the list open: take the @file, @symbol or /command",
        priority=True,
    ),
    Action("prompt", "decline", ("escape",), "", "With the list open: close it"),
    Action("calls", "open_trace", ("enter",), "open", "Open the trace of the call or step"),
    Action("calls", "fold", ("space",), "fold", "Open or close the row"),
    Action("calls", "close_row", ("left", "h"), "", "Close the row, or go to the one it belongs to"),
    Action("calls", "open_row", ("right", "l"), "", "Open the row, or go to the first below it"),
    Action("calls", "up", ("up", "k"), "", "Row above"),
    Action("calls", "down", ("down", "j"), "", "Row below"),
    Action("calls", "page_up", ("pageup",), "", "One page up"),
    Action("calls", "page_down", ("pagedown",), "", "One page down"),
    Action("calls", "first", ("home",), "", "First row"),
    Action("calls", "last", ("end",), "", "Last row"),
    Action("calls", "follow", ("F",), "follow", "Keep the cursor on what runs, until it is moved"),
    Action("calls", "cancel_call", ("x",), "cancel call", "Cancel the call and everything below it"),
    Action(
        "calls", "filter", ("slash",), "filter", "Show only the calls and steps with these words: label, status, model"
    ),
    Action("calls", "clear_filter", ("escape",), "", "Show all calls again"),
    Action("calls", "next_failure", ("n",), "", "Next failure"),
    Action("calls", "use", ("g",), "answer", "Go to where the answer uses what this call found"),
    Action("calls", "spawner", ("o",), "", "Open the step that started this call, at its line"),
    Action("filter", "keep", ("enter", "down"), "keep", "Go to the calls that were found"),
    Action("filter", "drop", ("escape",), "all calls", "Show all calls again"),
    Action("answer", "claim(1)", ("right_square_bracket",), "next claim", "Next cited claim"),
    Action("answer", "claim(-1)", ("left_square_bracket",), "", "Cited claim before"),
    Action("answer", "open_code", ("enter",), "code", "Open the code that the claim cites"),
    Action("answer", "finder", ("g",), "its call", "Go to the call that found it"),
    Action("answer", "scroll", ("up", "down", "pageup", "pagedown", "home", "end"), "", "Scroll", bound=False),
    Action("citations", "select", ("enter",), "open code", "Open the code at the cited lines", bound=False),
    Action("citations", "finder", ("g",), "its call", "Go to the call that found it"),
    Action("ask", "cancel", ("escape",), "cancel", "Stop: first softly, answering from what is there; again at once"),
    Action("ask", "next_pane", ("tab",), "pane", "Next pane", priority=True),
    Action("ask", "last_pane", ("shift+tab",), "", "Pane before", priority=True),
    Action("ask", "write", ("i", "slash"), "", "Go to the prompt"),
    Action("ask", "cite", ("1", "2", "3", "4", "5", "6", "7", "8", "9"), "", "Open the code of that citation"),
    Action("ask", "reopen", ("backspace",), "", "Back to the trace that was left by g for what the answer uses of it"),
    Action("ask", "export", ("e",), "export", "Write the report of this run as a markdown file here", slash="export"),
    Action(
        "ask", "patch", ("d",), "patch", "The patch that this run proposes: hunk by hunk, apply, undo", slash="patch"
    ),
    Action("ask", "copy", ("y",), "copy", "Copy the answer, or on a citation its place; over ssh and in tmux, too"),
    Action("ask", "again", ("R",), "", "Go on with an unfinished run; ask a finished one again", slash="again"),
    Action("ask", "timeline", ("w",), "timeline", "Who waited for whom: the calls as bars over time", slash="timeline"),
    Action("ask", "runs", ("r",), "runs", "Earlier runs: open one again", slash="runs"),
    Action("ask", "pause", ("p",), "pause", "While a run is played again: pause, or go on"),
    Action("ask", "step", ("s",), "step", "While a run is played again: show what happens next, and pause"),
    Action(
        "ask", "hasten(1)", ("plus", "equals_sign"), "faster", "While a run is played again: 1, 4, 16 times as fast"
    ),
    Action("ask", "hasten(-1)", ("minus",), "", "While a run is played again: slower"),
    Action("ask", "history", ("ctrl+r",), "", "Search what was asked, here and in other repositories", slash="history"),
    Action("ask", "edit", ("ctrl+g",), "", "Write the question in your editor"),
    Action(
        "ask", "setup", ("S",), "", "What works, what is needed for more; models, key, budget; try it", slash="setup"
    ),
    Action(
        "ask", "settings", ("comma",), "", "All settings: values, where they come from; change them", slash="settings"
    ),
    Action("ask", "browse", ("b",), "browse", "Browse files, modules and symbols without asking", slash="browse"),
    Action("trace", "tab(1)", ("tab", "right"), "tab", "Next tab", priority=True),
    Action("trace", "tab(-1)", ("shift+tab", "left"), "", "Tab before", priority=True),
    Action("trace", "back", ("escape",), "back", "Back to the same place"),
    Action("trace", "sibling(-1)", ("left_square_bracket",), "before", "Sibling before"),
    Action("trace", "sibling(1)", ("right_square_bracket",), "after", "Sibling after"),
    Action("trace", "into", ("enter",), "into", "The first step of the call, or the first call that the step started"),
    Action("trace", "parent", ("backspace",), "parent", "The call or step it belongs to"),
    Action("trace", "spawner", ("o",), "started by", "The step that started this call, at its line"),
    Action("trace", "use", ("g",), "answer", "Go to where the answer uses what this call found"),
    Action("trace", "next_failure", ("n",), "", "Next failure"),
    Action("trace", "more", ("space",), "", "Open or close what the model thought, and what was left out of an output"),
    Action("trace", "cancel_call", ("x",), "cancel call", "Cancel the call and everything below it"),
    Action("trace", "again", ("R",), "", "Run again: go on with an unfinished run, or ask this call's task anew"),
    Action(
        "trace", "export", ("e",), "export", "Write a report of this call and what is below it as a markdown file here"
    ),
    Action("trace", "copy", ("y",), "", "Copy what the tab shows"),
    Action("timeline", "zoom", ("z",), "zoom", "Show only the time of the row; again, that of the whole run"),
    Action("timeline", "back", ("escape", "w"), "back", "Back to the same place"),
    Action("code", "back", ("escape", "backspace"), "back", "Back to the answer"),
    Action("code", "finder", ("g",), "its call", "Go to the call that found it"),
    Action("code", "copy", ("y",), "copy", "Copy the cited lines"),
    Action("code", "edit", ("E",), "editor", "Open the file in your editor, at these lines"),
    Action("code", "cited", ("c",), "cited lines", "Scroll to the cited lines"),
    Action(
        "browse", "open", ("enter",), "open", "Go to what is shown of the name, or to where the row leads", bound=False
    ),
    Action(
        "browse",
        "view(1)",
        ("right",),
        "view",
        "Next of source, callers, callees, references, tests",
        priority=True,
    ),
    Action("browse", "view(-1)", ("left",), "", "The view before", priority=True),
    Action("browse", "before", ("backspace",), "before", "Back to where a row was followed from"),
    Action("browse", "ask", ("a",), "ask", "Ask about this: puts it into the prompt as @name"),
    Action("browse", "back", ("escape",), "back", "Back"),
    Action("browse", "code", ("o",), "code", "Open the whole file at these lines"),
    Action("browse", "edit", ("E",), "", "Open the file in your editor, at these lines"),
    Action("browse", "search", ("slash", "i"), "search", "Go to the search"),
    Action("browse", "found(1)", ("down",), "next name", "Name below, from the search"),
    Action("browse", "found(-1)", ("up",), "", "Name above, from the search"),
    Action("browse", "next_pane", ("tab",), "pane", "Next pane", priority=True),
    Action("browse", "last_pane", ("shift+tab",), "", "Pane before", priority=True),
    Action("runs", "select", ("enter",), "open", "Show the run again", bound=False),
    Action("runs", "play", ("p",), "play", "Play the run again, in its own time or faster"),
    Action("runs", "resume", ("R",), "resume", "Go on with an unfinished run"),
    Action("runs", "delete", ("d", "delete"), "delete", "Delete its record; asks first"),
    Action("runs", "search", ("slash",), "search", "Search: question, repository, status, model, day"),
    Action("runs", "back", ("escape",), "back", "Back"),
    Action("themes", "select", ("enter",), "keep", "Keep the theme that is shown", bound=False),
    Action("themes", "back", ("escape",), "back", "Back to the theme before"),
    Action("picker", "choose", ("enter",), "choose", "Choose the row", bound=False),
    Action("picker", "move(1)", ("down", "ctrl+r"), "", "Row below"),
    Action("picker", "move(-1)", ("up",), "", "Row above"),
    Action("picker", "back", ("escape",), "back", "Close without a choice"),
    Action("setup", "reach", ("t",), "try", "Try the model live"),
    Action("setup", "model('model')", ("m",), "model", "Choose the model of the root call"),
    Action("setup", "model('sub_model')", ("s",), "sub-model", "Choose the model of sub-calls"),
    Action("setup", "address", ("u",), "address", "Set the address of an endpoint"),
    Action("setup", "key", ("k",), "key", "Give a key, for this session only"),
    Action("setup", "budget", ("b",), "budget", "Set the budget of a run"),
    Action("setup", "settings", ("comma",), "settings", "All settings"),
    Action("setup", "back", ("escape",), "back", "Back"),
    Action("settings", "change", ("enter",), "change", "Change the setting, in your file", bound=False),
    Action("settings", "reset", ("delete", "d"), "default", "Take the setting out of your file"),
    Action("settings", "back", ("escape",), "back", "Back"),
    Action("value", "take", ("enter",), "take", "Take the value", bound=False),
    Action("value", "back", ("escape",), "back", "Leave it as it is"),
    Action("confirm", "answer(True)", ("y",), "yes", "Do it"),
    Action("confirm", "answer(False)", ("n", "escape"), "no", "Leave it"),
    Action("plan", "answer(True)", ("y",), "go on", "Let it begin"),
    Action("plan", "answer(False)", ("n", "escape"), "decline", "Go on without it"),
    Action("diff", "hunk(1)", ("j", "down"), "next", "Next hunk", priority=True),
    Action("diff", "hunk(-1)", ("k", "up"), "", "Hunk before", priority=True),
    Action("diff", "take", ("space",), "take/leave", "Take the hunk or leave it, and go to the next", priority=True),
    Action("diff", "take_file", ("f",), "", "Take or leave the whole file"),
    Action("diff", "take_all", ("a",), "all", "Take or leave everything"),
    Action("diff", "file(1)", ("right_square_bracket",), "file", "Next file"),
    Action("diff", "file(-1)", ("left_square_bracket",), "", "File before"),
    Action("diff", "apply", ("enter",), "apply", "Write what is taken into the files, after a yes", priority=True),
    Action("diff", "undo", ("u",), "undo", "Take back the patch that was applied last, after a yes"),
    Action("diff", "scroll", ("pageup", "pagedown", "home", "end"), "", "Scroll", bound=False),
    Action("diff", "back", ("escape",), "back", "Back"),
    Action("help", "back", ("escape",), "back", "Back"),
    Action("everywhere", "toggle_theme", ("t",), "", "Dark or light"),
    Action("everywhere", "themes", ("T",), "", "All themes, shown as you move; /theme NAME takes one", slash="theme"),
    Action(
        "everywhere", "jump", ("ctrl+o",), "jump", "Letters beside panes, rows and citations; typing one goes there"
    ),
    Action("jump", "back", ("escape",), "back", "Stay"),
    Action("everywhere", "help", ("question_mark", "f1"), "help", "All keys", slash="help"),
    Action("everywhere", "quit", ("q", "ctrl+q"), "quit", "Quit", slash="quit"),
    Action(
        "everywhere",
        "interrupt",
        ("ctrl+c",),
        "",
        "Copy the selection, else clear the prompt; twice quits",
        priority=True,
    ),
    Action("everywhere", "command_palette", ("ctrl+p",), "", "Command palette", bound=False),
)

KEY_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "backspace": "Backspace",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "question_mark": "?",
    "slash": "/",
    "delete": "Del",
    "comma": ",",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "f1": "F1",
}


def at(*places: Place) -> list[Action]:
    """Return the actions of these places, in their order."""
    return [action for place in places for action in ACTIONS if action.place == place]


def bindings(place: Place) -> list[BindingType]:
    """Return the Textual bindings of a place."""
    found: list[BindingType] = [
        Binding(",".join(action.keys), action.name, action.says, show=False, priority=action.priority, id=action.id)
        for action in at(place)
        if action.bound and action.name != "cite"
    ]
    found += [
        Binding(key, f"cite({key})", action.says, show=False)
        for action in at(place)
        if action.name == "cite"
        for key in action.keys
    ]
    return found


def slashes() -> dict[str, Action]:
    """Return the actions that have a slash command, by its word."""
    return {action.slash: action for action in ACTIONS if action.slash}


def slash_words() -> dict[str, str]:
    """Return all slash commands by their word, and what they do: those of actions, then the modes with what follows them."""
    told = {word: action.says for word, action in slashes().items()}
    return told | {name: f"{mode.title} · {mode.usage}" for name, mode in commands().items()}


def commands() -> dict[str, Mode]:
    """Return the modes that are taken on by `/NAME WORDS`, by name."""
    from rlm_tui.engine.mode import modes  # not before the first screen stands

    return {mode.name: mode for mode in modes().values() if mode.usage}


def key_name(key: str) -> str:
    """Return a key as people read it: `Ctrl+J`, `Esc`, `↑`."""
    if key in KEY_NAMES:
        return KEY_NAMES[key]
    if key.startswith("ctrl+"):
        return "Ctrl+" + key.removeprefix("ctrl+").upper()
    return key


def writes(key: str) -> bool:
    """Whether the key writes a character, and so does nothing else while the prompt has the focus."""
    return len(key) == 1 or key == "space" or (len(KEY_NAMES.get(key, "")) == 1 and KEY_NAMES[key].isascii())


def keys_text(action: Action) -> str:
    """Return all keys of an action for the help and the README: `Enter`, `← h`, `1 … 9`."""
    if len(action.keys) == 9:
        return f"{key_name(action.keys[0])} … {key_name(action.keys[-1])}"
    return " ".join(key_name(key) for key in action.keys)


def key_table() -> str:
    """Return the README's table of keys, as markdown."""
    return "\n".join(_table_lines())


def _table_lines() -> Iterator[str]:
    yield "| where | key | what it does |"
    yield "|---|---|---|"
    for place, title in PLACES.items():
        for action in at(place):
            keys = " ".join(f"`{key}`" for key in keys_text(action).split(" "))
            slash = f" (`/{action.slash}`)" if action.slash else ""
            yield f"| {title} | {keys} | {action.says}{slash} |"
        if place == "prompt":
            for mode in commands().values():
                usage = mode.usage.replace("|", "\\|")
                yield f"| {title} | `/{mode.name} {usage}` | {mode.title} |"
