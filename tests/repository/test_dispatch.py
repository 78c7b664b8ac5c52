"""Calls of a base reach what overrides it: callers, impact, paths of calls."""

from __future__ import annotations

from code_graph import Code

SHOP = {
    "a.py": """
        class Carrier:
            def send(self): ...
        class Bike(Carrier):
            def send(self):
                super().send()
                pack()
        def pack(): ...
        def run(carrier: Carrier):
            carrier.send()
        def ride(bike: Bike):
            bike.send()
        def main():
            run(Bike())
        """
}


def path(code: Code, a: str, b: str) -> list[tuple[str, str, int, str]]:
    """Return a path of calls as source, target, tier and via."""
    edges = code.graph.call_path(code.symbol(a), code.symbol(b))
    return [(e.source.qualified if e.source else "", e.target.qualified, int(e.tier), e.via) for e in edges]


def test_callers_of_an_override_include_those_of_its_base() -> None:
    code = Code(SHOP)
    assert code.callers("Bike.send") == {"a.py:11 ride 4", "a.py:9 run 4 via Carrier.send"}
    assert code.callers("Carrier.send") == {"a.py:9 run 4", "a.py:5 Bike.send 3"}


def test_a_path_goes_through_overrides_in_its_middle_and_at_its_end() -> None:
    code = Code(SHOP)
    run = ("run", "Bike.send", 4, "Carrier.send")
    assert path(code, "run", "Bike.send") == [run]
    assert path(code, "main", "pack") == [("main", "run", 1, ""), run, ("Bike.send", "pack", 1, "")]


def test_super_runs_what_it_names() -> None:
    code = Code(
        {
            "a.py": """
                class A:
                    def f(self): ...
                class B(A):
                    def f(self):
                        super().f()
                class C(B):
                    def f(self): ...
                """
        }
    )
    assert code.callers("C.f") == set()
    assert path(code, "B.f", "C.f") == []


def test_interfaces_of_java() -> None:
    code = Code(
        {
            "p/Store.java": "package p;\ninterface Store { void put(String k); }\n",
            "p/Disk.java": "package p;\nclass Disk implements Store { public void put(String k) { flush(); } void flush() {} }\n",
            "p/App.java": 'package p;\nclass App { Store store; void save() { store.put("a"); } }\n',
        }
    )
    assert code.callers("Disk.put") == {"p/App.java:2 App.save 4 via Store.put"}
    assert path(code, "App.save", "Disk.flush") == [
        ("App.save", "Disk.put", 4, "Store.put"),
        ("Disk.put", "Disk.flush", 1, ""),
    ]


def test_interfaces_of_go_are_met_by_methods() -> None:
    code = Code(
        {
            "go.mod": "module m\n",
            "a/a.go": """
                package a

                type Store interface {
                    Put(key string) error
                    Size() int
                }

                type Sized interface {
                    Size(deep, wide bool) int
                }

                type disk struct{}

                func (d *disk) Put(key string) error { return nil }
                func (d *disk) Size() int            { return 0 }

                type half struct{}

                func (h half) Put(key string) error { return nil }

                func Save(s Store, z Sized) {
                    s.Put("a")
                    z.Size(true, false)
                }
                """,
        }
    )
    assert code.callers("disk.Put") == {"a/a.go:22 Save 4 via Store.Put"}
    assert code.callers("half.Put") == set()  # lacks Size
    assert code.callers("disk.Size") == set()  # takes other parameters
    assert path(code, "Save", "disk.Put") == [("Save", "disk.Put", 4, "Store.Put")]
