"""Uses that are no calls: constants, attributes, and types that share their names with parameters."""

from __future__ import annotations

from code_graph import Code

from rlm_tui.repository.indexer import indexers


def uses(code: Code, name: str) -> set[str]:
    """Return all references to a symbol as `line kind tier`."""
    return {f"{e.line} {e.kind} {int(e.tier)}" for e in code.graph.references(code.symbol(name))}


def test_constants_of_go_in_initialisers_cases_and_comparisons() -> None:
    code = Code(
        {
            "a/a.go": """
                package a

                const Small = 1
                const Large = Small * 10

                var Table = [Large]int{}

                func Size(n int) string {
                    switch n {
                    case Small:
                        return "s"
                    }
                    if n == Large {
                        return "l"
                    }
                    return ""
                }
                """
        }
    )
    assert uses(code, "Small") == {"4 use 1", "10 use 1"}
    assert uses(code, "Large") == {"6 use 1", "13 use 1"}


def test_a_parameter_of_go_may_be_called_as_its_type() -> None:
    code = Code(
        {
            "a/a.go": """
                package a

                type store interface {
                    Put()
                }

                func Save(store store) {
                    store.Put()
                }
                """
        }
    )
    assert uses(code, "store") == {"7 use 1"}
    assert code.callers("store.Put") == {"a/a.go:8 Save 4"}


def test_attributes_that_are_read() -> None:
    code = Code(
        {
            "a.py": """
                LIMIT = 3

                class Job:
                    @property
                    def size(self): return 1

                    def fits(self):
                        return self.size < LIMIT and f"{LIMIT}"

                def total(job: Job, most=LIMIT):
                    return job.size + 1
                """,
            "b.ts": """
                export class Box { get wide(): number { return 1 } }
                export function sum(box: Box) { return box.wide + 1 }
                """,
        }
    )
    assert uses(code, "Job.size") == {"8 use 3", "11 use 4"}
    assert {"8 use 1", "10 use 1"} <= uses(code, "LIMIT")
    assert uses(code, "Box.wide") == {"2 use 4"}


def test_a_type_that_resolves_to_nothing_is_no_guess() -> None:
    code = Code(
        {
            "shop/a.py": "class Ledger: ...\n",
            "shop/b.py": "import books\n\ndef close(ledger: books.Ledger): ...\n",
        }
    )
    assert uses(code, "Ledger") == set()


def test_the_end_of_a_qualified_type_is_no_use_by_itself() -> None:
    """`far.away.Box` is another class than the Box that is brought in, however often it is written."""
    source = b"""package app;
import near.Box;
class Use {
  boolean run(Object one) {
    far.away.Box first = (far.away.Box) one;
    return one instanceof far.away.Box;
  }
}
"""
    facts = indexers()[".java"].parse("app/Use.java", source)
    assert {one.receiver for one in facts.references if one.name == "Box"} == {"far.away"}
