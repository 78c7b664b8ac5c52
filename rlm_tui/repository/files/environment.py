"""The environment of the programs that are started: what they need to run, and no key or token of the user's."""

from __future__ import annotations

import os

_NEEDED = frozenset(
    """PATH HOME USER LOGNAME LANG LC_ALL LC_CTYPE TZ TMPDIR TEMP TMP SYSTEMROOT WINDIR APPDATA LOCALAPPDATA USERPROFILE
    XDG_CONFIG_HOME VIRTUAL_ENV LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH""".split()  # noqa: SIM905 - easier to read
)


def environment() -> dict[str, str]:
    """Return the variables that a child gets: `_NEEDED` and Python's own settings, nothing else."""
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith("PYTHON")}
