"""The part of the system prompt that tells what objects cells see, generated from the guest classes' own docstrings."""

from __future__ import annotations

import inspect

from rlm_tui.repl.guest import OF_SOME_MODES, RECORDS
from rlm_tui.repl.guest_record import public
from rlm_tui.repl.lazy import Lazy, Repo

_FIELDS_ARE_IN_THE_DOCSTRING = frozenset({"locator"})


def guest_api(returned: str = "") -> str:
    """Return one line a class: its docstring, then the attributes that its docstring does not name.

    What only the functions of some modes return is left out unless `returned`, the signatures of those offered, names it.
    """
    told = {name: kind for name, kind in RECORDS.items() if name not in OF_SOME_MODES or name in returned}
    return "\n".join(_line(name, kind) for name, kind in {"repo": Repo, "lazy sequence": Lazy, **told}.items())


def _line(name: str, kind: type) -> str:
    doc = (inspect.getdoc(kind) or "").partition("\n")[0]
    more = [
        attribute
        for attribute in public(kind)
        if attribute not in doc and attribute not in _FIELDS_ARE_IN_THE_DOCSTRING
    ]
    return f"- {name}: {doc}{' Also: ' + ', '.join(f'.{attribute}' for attribute in more) + '.' if more else ''}"
