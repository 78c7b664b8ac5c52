"""The definitions in the index by their ids: lists of ids that are cheap to hold, and the definitions that they name."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from rlm_tui.repository.index.database import Database
from rlm_tui.repository.index.schema import LIKE, LIKE_OWNED, MATCHING, SYMBOLS, id_range, to_symbol
from rlm_tui.repository.indexer import code_languages
from rlm_tui.repository.symbols import Symbol


class SymbolTable:
    """Reads the table of definitions of an open index. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def like(self, holds: str, begins: str, owner: str, limit: int) -> list[Symbol]:
        """Return definitions whose name fits the LIKE pattern `holds` and whose qualified name fits `owner`, if given.

        Those whose names fit `begins` come first, then short ones; at most `limit`.
        """
        patterns = {"holds": holds, "begins": begins, "owner": owner, "limit": limit}
        with self._db.reading() as db:
            found = db.execute(LIKE_OWNED if owner else LIKE, patterns).fetchall()
        return self.at([row[0] for row in found])

    def ids(self, match: str = "", kind: str = "") -> array[int]:
        """Return the ids of the definitions whose qualified name holds `match` (case ignored; or a glob), code first, by path."""
        pattern = match.lower().replace("[", "[[]")
        if "*" not in pattern and "?" not in pattern:
            pattern = f"*{pattern}*"
        with self._db.reading() as db:
            found = array("q", _first(db.execute(MATCHING, {"all": not match, "match": pattern, "kind": kind})))
            files = db.execute("SELECT id, language FROM file ORDER BY path").fetchall()
        order = [identity for identity, language in files if language in code_languages()]
        order += [identity for identity, language in files if language not in code_languages()]
        result = array("q")
        for identity in order:
            first, end = id_range(identity)
            result.extend(found[bisect_left(found, first) : bisect_left(found, end)])
        return result

    def ids_by_length(self, kinds: Sequence[str]) -> array[int]:
        """Return the ids of the definitions of `kinds`, those with the most lines first."""
        marks = ", ".join("?" * len(kinds))
        query = f'SELECT id FROM symbol WHERE kind IN ({marks}) ORDER BY "end" - start DESC, id'  # noqa: S608 - marks only
        with self._db.reading() as db:
            return array("q", _first(db.execute(query, tuple(kinds))))

    def at(self, identities: Sequence[int]) -> list[Symbol]:
        """Return the definitions with these ids, in their order; what is gone is left out."""
        with self._db.reading() as db:
            rows = (db.execute(f"{SYMBOLS} WHERE s.id = ?", (identity,)).fetchone() for identity in identities)
            return [to_symbol(row) for row in rows if row]


def _first(rows: Iterable[tuple[int]]) -> Iterator[int]:
    """Yield the first columns: a list of them all would take more memory than everything else."""
    return (row[0] for row in rows)
