"""Finds where a program is entered: main functions, scripts that packages declare, containers, makefiles, HTTP routes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rlm_tui.repository.files.generated import is_generated
from rlm_tui.repository.indexer import code_languages, idioms_of
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import File, Hit

_WIDEST = 160
_EACH = 200
_ROUTE = (
    r"@\w+(?:\.\w+)*\.(?:route|get|post|put|patch|delete|websocket)\(\s*[\"']/"
    r"|@(?:Get|Post|Put|Patch|Delete|Request)(?:Mapping)?\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*[\"']/?"
    r"|\b(?:app|router|server|api|routes?|r|e|g|mux|engine|group)\.(?:get|post|put|patch|delete|GET|POST|PUT|PATCH|DELETE|all"
    r"|HandleFunc|Handle)\(\s*[\"'`]/"
    r"|\bhttp\.Handle(?:Func)?\(\s*\"/"
    r"|^\s*(?:re_)?path\(\s*r?[\"']"
    r"|^\s*Route::(?:get|post|put|patch|delete)\("
)
_NOT_THE_PRODUCT = re.compile(r"(?:^|/)(?:examples?|samples?|docs?|docs_src|bench(?:es|marks?)?|testdata|fixtures?)/")
_BUILD = {
    "Dockerfile": re.compile(r"^\s*(?:ENTRYPOINT|CMD)\b.*", re.IGNORECASE),
    "Makefile": re.compile(r"^[A-Za-z][\w.-]*(?= *:(?!=))"),
    "Procfile": re.compile(r"^\w+:.*"),
}
_TARGETS = 12
_SCRIPTS = re.compile(r"^\[(?:project\.(?:gui-)?scripts|tool\.poetry\.scripts|\[?bin\]?)\]")
_CONSOLE = re.compile(r"^\s*console_scripts\s*=")


def entry_points(repository: Repository, most: int) -> list[Hit]:
    """Return the lines where what is in scope is entered, each with what kind it is before its text; the product's first."""
    files = {file.path: file for file in repository.files()}
    kinds = (_mains(repository, files), _declared(repository, files), _routes(repository, files))
    found = [hit for kind in kinds for hit in _first(kind, files, most)]
    found.sort(key=lambda hit: _aside(hit.path, files))
    return [replace(hit, text=hit.text[:_WIDEST]) for hit in dict.fromkeys(found)][:most]


def _first(found: Iterable[Hit], files: dict[str, File], most: int) -> list[Hit]:
    """Return a third of what may be shown, so that no kind crowds out the others."""
    return sorted(found, key=lambda hit: _aside(hit.path, files))[: max(1, most // 3)]


def _aside(path: str, files: dict[str, File]) -> bool:
    return files[path].is_test or _NOT_THE_PRODUCT.search(path) is not None


def _mains(repository: Repository, files: dict[str, File]) -> Iterator[Hit]:
    languages = sorted({file.language for file in files.values()})
    pattern = "|".join(dict.fromkeys(f"(?:{main})" for language in languages if (main := idioms_of(language).main)))
    for hit in repository.grep(pattern, limit=_EACH) if pattern else ():
        file = files.get(hit.path)
        main = idioms_of(file.language).main if file is not None and not is_generated(hit.path) else ""
        if file is None or not main or not re.search(main, hit.text):
            continue
        if file.language == "rust" and hit.symbol not in ("", "main"):
            continue
        yield replace(hit, text=f"main  {hit.text.strip()}")
    for path in files:
        if path.endswith("/__main__.py"):
            yield Hit(path, 1, f"main  python -m {path.rpartition('/')[0].removeprefix('src/').replace('/', '.')}", "")


def _routes(repository: Repository, files: dict[str, File]) -> Iterator[Hit]:
    for hit in repository.grep(_ROUTE, limit=_EACH):
        file = files.get(hit.path)
        if file is not None and file.language in code_languages():
            django = re.match(r"\s*(?:re_)?path\(", hit.text)
            if not file.is_test and (not django or hit.path.endswith("urls.py")):
                yield replace(hit, text=f"route  {hit.text.strip()}")


def _declared(repository: Repository, files: dict[str, File]) -> Iterator[Hit]:
    """Yield what manifests and build files declare; of those near the top of the repository."""
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        name = path.rpartition("/")[2]
        if path.count("/") > 3 or name not in ("package.json", "pyproject.toml", "Cargo.toml", "setup.cfg", *_BUILD):
            continue
        try:
            lines = repository.slice(path).text.split("\n")
        except (LookupError, PermissionError):
            continue
        if name == "package.json":
            yield from _package(path, lines)
        elif name in _BUILD:
            rows = [
                Hit(path, number, f"{_kind(name)}  {match.group().strip()}", "")
                for number, line in enumerate(lines, 1)
                if (match := _BUILD[name].match(line)) and not line.startswith(".PHONY")
            ]
            yield from rows[:_TARGETS]
        else:
            yield from _scripts(path, lines)


def _kind(name: str) -> str:
    return {"Dockerfile": "container", "Makefile": "make", "Procfile": "process"}[name]


def _scripts(path: str, lines: list[str]) -> Iterator[Hit]:
    inside = False
    for number, line in enumerate(lines, 1):
        if line.startswith("["):
            inside = bool(_SCRIPTS.match(line))
        elif _CONSOLE.match(line):
            inside = True
        elif inside and "=" in line and not line.lstrip().startswith("#"):
            yield Hit(path, number, f"script  {line.strip()}", "")
        elif inside and not line.strip():
            inside = False


def _package(path: str, lines: list[str]) -> Iterator[Hit]:
    try:
        manifest = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return
    if not isinstance(manifest, dict):
        return
    for key in ("bin", "main", "module", "scripts"):
        value = manifest.get(key)
        entries = value if isinstance(value, dict) else {key: value} if isinstance(value, str) else {}
        for name, command in list(entries.items())[:_TARGETS]:
            number = next((at for at, line in enumerate(lines, 1) if f'"{name}"' in line), 1)
            yield Hit(path, number, f"{'script' if key == 'scripts' else key}  {name}: {command}", "")
