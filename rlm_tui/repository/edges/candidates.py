"""Which files can use a symbol under some name: those that mention it, and fewer where the language hides it from others."""

from __future__ import annotations

import re

from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.index.indexed import Indexed
from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.symbols import Symbol

_FEW = 8
"""So many files are read sooner than left out."""
_WORD = re.compile(r"[\w$@-]+")


def mentioning(store: Indexed, names: Resolution, symbol: Symbol, name: str) -> list[str]:
    """Return the files of the symbol's languages that mention `name`, its own or an alias, and can see it.

    In Go, what begins with a small letter is seen in its folder alone, and what is no method only where that is imported.
    """
    family = names.family(symbol)
    known = {suffix: indexer.family for suffix, indexer in indexers().items()}
    paths = [p for p in store.files_mentioning(name) if known.get(p[p.rfind(".") :], family) == family]
    view = names.view(symbol.path) if len(paths) > _FEW else None
    if view is None or view.scoping.shared != "folder":
        return paths
    seen = set(names.paths.within(view.folder))
    if symbol.name[:1].isupper():
        declared = names.paths.declared(f"{view.folder}/go.mod".lstrip("/"))
        words = [_WORD.findall(module.rpartition("/")[2])[:1] for module in (view.folder, declared) if module]
        if symbol.parent or symbol.kind == "method" or not words:
            return paths
        for word in words:
            seen.update(path for one in word for path in store.files_importing(one))
    return [path for path in paths if path in seen]
