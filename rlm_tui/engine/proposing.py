"""Takes findings from cells: checks their evidence, merges duplicates, and has an independent query try to refute weak ones."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import cast, get_args

from rlm_tui.engine.citations import check_one, linked
from rlm_tui.engine.node import Node
from rlm_tui.engine.prompts import second_look
from rlm_tui.records.events import Proposed, Refuted, Withdrawn
from rlm_tui.records.findings import Citation, Confidence, Finding, Severity, duplicate, finding_id, merged
from rlm_tui.repository.patches.patch_checks import CheckedPatch
from rlm_tui.repository.patches.patches import PatchError
from rlm_tui.repository.symbols import RepositoryError

_MOST = 200
"""Findings of a run; nobody reads more."""
_TITLE, _TEXT, _EVIDENCE = 200, 8_000, 20
_TOLD = 40
"""Findings of its sub-agents that an agent is told of at once."""
_NAMED = 3
"""Findings that a clash names."""
_AROUND = 12
"""Lines around its evidence that a second look is shown."""

_REFUTED = re.compile(r"\W*(?:verdict\W+)?refuted\b[\s:.,*_`\u2013\u2014-]*(?P<why>.*)", re.IGNORECASE | re.DOTALL)
"""How the answer of a second look begins that refutes; whatever begins otherwise lets the finding stand."""

Query = Callable[[Sequence[str]], Awaitable[list[str]]]
"""Asks the sub-model each of the prompts; what fails begins with `Error:`."""


class Proposals:
    """The findings that the cells of `node` propose."""

    def __init__(self, node: Node, ask: Query) -> None:
        """`ask` answers the prompts of second looks."""
        self._node = node
        self._ask = ask
        self._unseen: dict[str, None] = {}
        """Findings that a second look is due for."""
        self._known: set[str] = set()
        """Findings of sub-agents that this agent was told of."""

    async def propose(
        self,
        title: str,
        explanation: str,
        evidence: str | list[str],
        severity: str = "medium",
        confidence: str = "medium",
        suggestion: str = "",
        patch: str = "",
        rule: str = "",
    ) -> str:
        """Add a finding; evidence: citations or records; severity: high, medium, low or info.

        The decisive evidence comes first. Returns its id. Lines of another version are cited as path@commit:start-end. `patch`
        is a unified diff of the working tree, within your scope; `rule` a short name of what kind of finding it is. Raises
        ValueError for evidence that does not exist, and for a patch that does not apply, parse, or keep the names that are used.
        """
        node = self._node
        if not node.work.mode.proposes:
            raise LookupError(f"nothing is proposed in the mode {node.work.mode.name}: write it into the answer")
        if len(node.work.journal.tree.proposed) >= _MOST:
            raise ValueError(f"there are {_MOST} findings already: nobody reads more; propose the gravest only")
        if not str(title).strip() or not str(explanation).strip():
            raise ValueError("a finding needs a title and an explanation")
        checked = await asyncio.to_thread(self._checked, evidence if isinstance(evidence, list) else [evidence])
        title = " ".join(str(title).split())[:_TITLE]
        finding = Finding(
            id=finding_id(title, checked[0]),
            title=title,
            severity=cast(Severity, _one_of("severity", severity, get_args(Severity))),
            confidence=cast(Confidence, _one_of("confidence", confidence, get_args(Confidence))),
            explanation=str(explanation)[:_TEXT],
            evidence=tuple(checked),
            suggestion=str(suggestion)[:_TEXT],
            patch=await asyncio.to_thread(self._patch, str(patch)) if patch else "",
            rule=str(rule)[:_TITLE],
            mode=node.work.mode.name,
        )
        return self._take(finding)

    async def withdraw(self, finding: str) -> None:
        """Take a finding back, by its id.

        Your own ones, and those of your sub-agents. Raises LookupError for any other.
        """
        node, tree = self._node, self._node.work.journal.tree
        if finding not in {one.id for one in tree.findings_of(node.id)}:
            known = ", ".join(f"{one.id} ({one.title})" for one in tree.findings_of(node.id)) or "none"
            raise LookupError(f"no finding of yours has the id {str(finding)[:_TITLE]!r}; there are: {known}")
        self._unseen.pop(finding, None)
        stamp = node.work.journal.stamp(node.id, node.parent_id)
        node.work.journal.emit(Withdrawn(**stamp, finding=finding))

    def again(self, findings: Sequence[Finding]) -> None:
        """Take findings that an earlier run's call has left, which were looked at then."""
        for finding in findings:
            self._emit(finding)

    @property
    def due(self) -> bool:
        """Whether some finding waits for its second look."""
        return bool(self._unseen)

    async def look_again(self) -> str:
        """Have the findings that wait for it looked at; return what was refuted, in words for the model, "" for nothing."""
        tree = self._node.work.journal.tree
        due = [tree.proposed[one] for one in self._unseen]
        self._unseen.clear()
        prompts = await asyncio.gather(*(asyncio.to_thread(self._prompt, finding) for finding in due))
        told: list[str] = []
        for finding, answer in zip(due, await self._ask(prompts), strict=True):
            if refuted := _REFUTED.match(answer):
                reason = " ".join(refuted["why"].strip("*_ `").split())[:_TEXT] or "no reason was given"
                stamp = self._node.work.journal.stamp(self._node.id, self._node.parent_id)
                self._node.work.journal.emit(Refuted(**stamp, finding=finding.id, reason=reason))
                told.append(f"second look: {finding.id} ({finding.title}) is refuted and dropped: {reason}")
        return "\n".join(told)

    def of_others(self) -> str:
        """Tell, each once, what sub-agents have proposed, and what of it was refuted, in words for the model; "" for nothing."""
        tree, own = self._node.work.journal.tree, self._node.id
        below = {call.id for call in tree.subtree(own)} - {own}
        new = [one for one in tree.proposed if one not in self._known and tree.proposers.get(one) in below]
        self._known.update(new)
        fresh, gone = [one for one in tree.findings if one.id in new], [one for one in new if one in tree.refuted]
        listed = [
            f"{one.id} {one.severity}{', with a patch' if one.patch else ''}: {one.title}" for one in fresh[:_TOLD]
        ]
        more = [f"and {len(fresh) - _TOLD} more"] if len(fresh) > _TOLD else []
        parts = ["\n".join(["proposed by sub-agents:", *listed, *more])] if fresh else []
        parts += [f"refuted by a second look: {tree.proposed[one].title}" for one in gone[:_TOLD]]
        return "\n".join(parts)

    def _take(self, finding: Finding) -> str:
        tree = self._node.work.journal.tree
        known = duplicate(finding, tree.proposed.values())
        if known is not None and known.id in tree.refuted:
            raise ValueError(f"a second look refuted this: {tree.refuted[known.id]}")
        if known is not None:
            finding = merged(known, finding)
            if finding == known:
                return known.id
        self._emit(finding)
        mode, models = self._node.work.mode, self._node.work.models
        weak = finding.confidence != "high" or finding.severity == "high"
        if mode.second_look and weak and known is None and models.sub.is_language_model:
            self._unseen[finding.id] = None
        return finding.id

    def _emit(self, finding: Finding) -> None:
        journal = self._node.work.journal
        journal.emit(Proposed(**journal.stamp(self._node.id, self._node.parent_id), finding=finding))

    def _checked(self, evidence: Sequence[object]) -> list[Citation]:
        work = self._node.work
        if not evidence or not all(isinstance(one, str) and one.strip() for one in evidence):
            raise ValueError("evidence is a citation (path:start-end), a record that has lines, or a list of such")
        found = [check_one(str(one), work.repository, work.seen.differs) for one in evidence[:_EVIDENCE]]
        work.seen.note(one.path for one in found if not one.commit)
        return list(linked({citation.span: citation for citation in found}.values(), work.code_host))

    def _patch(self, text: str) -> str:
        """Return a patch as it fits the files now; blocks. Raises `PatchError` for one that is not fit to be applied."""
        node = self._node
        whole = not node.work.mode.patches or node.parent_id == ""
        return node.repository.patches.check(text, node.repository.scope, whole=whole).text

    async def merged_patch(self) -> dict[str, object]:
        """Join the proposed patches: a dict of patch, files, problems.

        Those of sub-agents are among them; problems say what the whole breaks. Raises ValueError where lines clash.
        """
        tree = self._node.work.journal.tree
        findings = [finding for finding in tree.findings if finding.patch]
        if not findings:
            return {"patch": "", "files": [], "problems": []}
        checked, problems = await asyncio.to_thread(self._joined, findings)
        return {"patch": checked.text, "files": checked.patch.paths, "problems": list(problems)}

    def _joined(self, findings: Sequence[Finding]) -> tuple[CheckedPatch, tuple[str, ...]]:
        """Join the patches of findings; blocks. Raises `PatchError` that names the first that clashes with those before it."""
        join = self._node.work.repository.patches.join
        try:
            return join([finding.patch for finding in findings])
        except PatchError as error:
            for count in range(2, len(findings) + 1):
                try:
                    join([finding.patch for finding in findings[:count]])
                except PatchError:
                    last, others = (
                        findings[count - 1],
                        [one for one in findings[: count - 1] if self._clash(findings[count - 1], one)],
                    )
                    named = ", ".join(f"{one.id} ({one.title})" for one in others[:_NAMED]) or "what it clashes with"
                    raise PatchError(f"{error}; `withdraw` {last.id} ({last.title}), or {named}") from error
            raise

    def _clash(self, one: Finding, other: Finding) -> bool:
        """Tell whether two patches do not go together; blocks."""
        try:
            self._node.work.repository.patches.join([one.patch, other.patch])
        except PatchError:
            return True
        return False

    def _prompt(self, finding: Finding) -> str:
        shown: list[Citation] = []
        pieces: list[str] = []
        for one in finding.evidence[:6]:
            if any(_around(one, other) for other in shown):
                pieces.append(f"{one.span}, among the lines above")
            else:
                pieces.append(self._with_more(one))
                shown.append(one)
        return second_look(finding, pieces)

    def _with_more(self, one: Citation) -> str:
        """Return a citation with the lines around it, numbered; blocks."""
        repository, first, last = self._node.work.repository, max(1, one.start - _AROUND), one.end + _AROUND
        try:
            if one.commit:
                piece = repository.former.slice(one.path, one.commit, first, last)
            else:
                piece = repository.slice(one.path, first, last)
        except (LookupError, OSError, RepositoryError) as error:
            return f"{one.span}\n(not shown: {error})"
        rows = (f"{number:5}  {line}" for number, line in enumerate(piece.text.split("\n"), piece.start))
        return "\n".join([f"{one.span}, with the lines around it:", *rows])


def _around(one: Citation, other: Citation) -> bool:
    """Tell whether a citation lies within the lines that are shown around another."""
    same = (one.path, one.commit) == (other.path, other.commit)
    return same and one.start >= other.start - _AROUND and one.end <= other.end + _AROUND


def _one_of(what: str, given: object, known: Sequence[str]) -> str:
    word = str(given).strip().lower()
    if word not in known:
        raise ValueError(f"{what} is one of {', '.join(known)}, not {given!r}")
    return word
