"""Shell: functions called as commands, in their file or in files that it sources; bats tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, joined, nearest

_QUERY = """
(function_definition) @def.function
(program (variable_assignment) @def.variable)
(program (declaration_command (variable_assignment) @def.variable))
(command name: (command_name (word) @call))
(command name: (command_name (word) @_named) argument: (word) @use (#any-of? @_named "trap" "run" "command" "export" "time"))
(command name: (command_name (word) @_sourced) (#any-of? @_sourced "source" "." "load")) @import
"""

_SOURCED = re.compile(r"(?:source|load|\.)\s+(.+)")
_BEGINNING = re.compile(r"^(?:\$\([^()]*(?:\([^()]*\))*[^()]*\)|\$\{[^{}]*\}|\$\w+)/*")
"""What a script computes of a path, mostly its own folder."""
_TEST = re.compile(r"^@test\s+(\"[^\"\n]+\"|'[^'\n]+'|\S+)(?=\s*\{)", re.MULTILINE)
_WORDS = """
source alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec exit
export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly
return set shift shopt test times trap true type typeset ulimit umask unalias unset wait grep sed awk cat cut sort uniq head tail
tr wc ls rm cp mv mkdir rmdir ln chmod chown touch find xargs basename dirname readlink realpath date sleep tee mktemp diff
git curl wget tar gzip make docker python python3 node npm sudo ssh ps uname env sh bash expr seq id which
"""
_BUILTIN = frozenset(_WORDS.split())


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name")
    written = text[name.start_byte : name.end_byte] if name else ""
    return ("", "") if "[" in written else (written, "")


def _split(whole: str) -> tuple[str, str]:
    return ("", "") if whole[:1] in "$-./[" or "/" in whole else (whole, "")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _SOURCED.match(text)
    written = match.group(1).replace('"', "").replace("'", "") if match else ""
    module = _BEGINNING.sub("", written).split(" ")[0]
    if not module or "$" in module or "`" in module:
        return
    if text.startswith("load") and not module.endswith((".bash", ".sh")):
        module += ".bash"
    yield ImportFact(
        line, " ".join(text.split())[:200], module if written.startswith(module) else f"./{module}", (), "", True
    )


def _marks_test(name: str, _before: str) -> bool:
    return name.startswith("test_")


GRAMMAR = Grammar(
    "bash",
    wheel("tree_sitter_bash"),
    _QUERY,
    _imports,
    name_of=_name_of,
    split=_split,
    marks_test=_marks_test,
    comments=("#",),
    builtin=_BUILTIN,
)


def _syntax(path: str, source: bytes) -> tuple[Grammar, bytes]:
    if not path.endswith(".bats"):
        return GRAMMAR, source
    return GRAMMAR, _TEST.sub(_as_function, source.decode("latin-1")).encode("latin-1")


def _parse(path: str, source: bytes) -> FileFacts:
    grammar, text = _syntax(path, source)
    return parse(grammar, path, text)


def _as_function(match: re.Match[str]) -> str:
    """Write the head of a bats test as that of a function, as long as it was; what no name may hold becomes `_`."""
    name = re.sub(r"[^\w-]", "_", match.group(1).strip("\"'"))
    return f"{name}()".ljust(len(match.group()))


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Find the sourced file beside its script, from the root, or anywhere by the end of its path."""
    paths = Paths.of(files)
    tail = re.sub(r"^(?:\.{1,2}/)+", "", module)
    beside = joined(importer.rpartition("/")[0], module)
    return paths.first((beside, tail)) or (nearest(paths.ending(tail), importer) if module.startswith(".") else ())


_IDIOMS = Idioms(
    unread=HASHES,
    decisions=r"\b(?:if|elif|for|while|until)\b|&&|\|\||;;",
)

INDEXER = Indexer(
    "bash",
    (".sh", ".bash", ".bats", ".zsh", ".ksh"),
    "bash",
    _parse,
    _resolve,
    ("PKGBUILD",),
    syntax=_syntax,
    idioms=_IDIOMS,
)
