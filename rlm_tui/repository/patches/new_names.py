"""Whether something may be called by a new name: what each language takes for a name, and the words that it keeps."""

from __future__ import annotations

import re

from rlm_tui.repository.indexer import idioms_of


def problem_of_name(name: str, language: str) -> str:
    """Say why nothing can be called `name` in a language; "" where it can."""
    idioms = idioms_of(language)
    if not re.fullmatch(idioms.word, name) or len(name) > 200:
        return f"`{name[:60]}` is no name in {language}: letters, digits and underscores, a digit not first"
    if name in idioms.kept:
        return f"`{name}` is a word that {language} keeps for itself"
    return ""
