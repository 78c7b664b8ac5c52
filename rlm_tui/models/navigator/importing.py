"""The plan for who imports what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rlm_tui.models.navigator import answer
from rlm_tui.models.navigator.answer import Section, code, count, some
from rlm_tui.models.navigator.move import Move, Plan
from rlm_tui.models.navigator.names import locate, not_found
from rlm_tui.models.navigator.paging import PAGE, rest_of, total_of
from rlm_tui.models.navigator.reading import TESTS, Imported
from rlm_tui.models.navigator.understand import Intent
from rlm_tui.repository.symbols import Hit

_NO_CODE = (".md", ".mdx", ".rst", ".txt", ".json", ".yaml", ".yml", ".toml", ".xml", ".html")
_LINES = 120
"""Import lines that are looked for by text."""


def find_importers(intent: Intent, section: Section, *, tests: bool = False) -> Plan:
    """Answer who imports a file, a module, or an outside package; `tests`: which tests do."""
    name = intent.names[0]
    printed = yield Move(
        f"Who imports {name}?", f"found = importers({name!r})\nprint(len(found), 'found')\nprint(found[:{PAGE}])"
    )
    brought = list(printed.imports)
    for further in (yield from rest_of(total_of(printed.text))):
        brought += further.imports
    if tests:
        brought = [item for item in brought if TESTS.search(item.path)]
    if brought:
        _tell_imports(section, name, brought)
        return
    section.searched.append("resolved imports")
    searched = yield Move(
        "None was resolved; which import lines hold the name?",
        f"print(grep({_import_line(name)!r}, limit={_LINES}))",
    )
    hits = [hit for hit in searched.hits if is_code(hit) and (not tests or TESTS.search(hit.path))]
    section.searched.append("import lines by text")
    if hits:
        files = list(dict.fromkeys(hit.path for hit in hits))
        verb = "has" if len(files) == 1 else "have"
        least = "At least " if len(searched.hits) == _LINES else ""
        section.lead = (
            f"{least}{count(len(files), 'file')} {verb} an import line that names {code(name)}: {some(files)}."
        )
        section.found.hits(hits)
        rows = ((answer.table_code(f"{hit.path}:{hit.line}"), answer.table_code(hit.text)) for hit in hits)
        section.add(answer.table(("where", "import"), rows))
        return
    (located,) = yield from locate([name])
    if located.found:
        what = "test that imports" if tests else "import of"
        section.lead = f"No {what} {code(name)} was found in this repository."
    else:
        not_found(section, located)


def is_code(hit: Hit) -> bool:
    """Tell whether a line is one of code: of no text or data, and no comment."""
    return not hit.path.endswith(_NO_CODE) and not hit.text.lstrip().startswith(("//", "*", "/*", "# ", "--"))


def _import_line(name: str) -> str:
    """Return a pattern for lines that import `name`: as a quoted path, or after an import word."""
    if "/" in name:
        return rf"""["'<](?:\./|\.\./|@)*{re.escape(name)}["'>]"""
    last = name.rpartition(".")[2]
    return rf"^\s*(?:import|from|use|#\s*include|export\b.*\bfrom|.*\brequire)\b.*\b{re.escape(last)}\b"


def _tell_imports(section: Section, name: str, brought: Sequence[Imported]) -> None:
    files = list(dict.fromkeys(item.path for item in brought))
    targets = list(dict.fromkeys(item.target for item in brought))
    verb = "imports" if len(files) == 1 else "import"
    section.lead = f"{count(len(files), 'file')} {verb} {code(name)} ({some(targets)}): {some(files)}."
    lines = {(item.path, item.line): item.text for item in reversed(brought)}  # a package is one line, but many files
    for path, line in sorted(lines):
        section.found.line(path, line)
    rows = (
        (answer.table_code(f"{path}:{line}"), answer.table_code(text)) for (path, line), text in sorted(lines.items())
    )
    section.add(answer.table(("where", "import"), rows))
