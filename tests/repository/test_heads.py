"""Decorators, visibility and documentation, as each language writes them."""

from __future__ import annotations

import pytest

from rlm_tui.repository.indexer import indexers

CASES = [
    (
        "a.py",
        '# says so\n@app.route("/x", a=(1, 2))\n@cached\ndef f(): pass\nclass _K:\n    @property\n    def __a(self): "doc"\n',
        {
            "f": (('app.route("/x", a=(1, 2))', "cached"), "public", "says so"),
            "_K": ((), "private", ""),
            "_K.__a": (("property",), "private", "doc"),
        },
    ),
    (
        "A.java",
        (
            'package p;\n/** Says. */\n@Service("x")\npublic class A {\n  @Override\n  @Deprecated\n'
            "  protected void f(@Nullable String x) {}\n  int g() { return 1; }\n}\ninterface I { void z(); }\n"
        ),
        {
            "A": (('Service("x")',), "public", "Says."),
            "A.f": (("Override", "Deprecated"), "protected", ""),
            "A.g": ((), "internal", ""),
            "I.z": ((), "public", ""),
        },
    ),
    (
        "a.ts",
        "@Component({a: 1})\nexport class A {\n  #p() {}\n  protected f() {}\n  @Out()\n  g() {}\n}\nexport function h() {}\n",
        {
            "A": (("Component({a: 1})",), "", ""),
            "A.#p": ((), "private", ""),
            "A.f": ((), "protected", ""),
            "A.g": (("Out()",), "public", ""),
            "h": ((), "", ""),
        },
    ),
    (
        "a.rs",
        "/// Doc\n#[derive(Debug, Clone)]\npub struct S { a: i32 }\nimpl S { pub(crate) fn f(&self) {} fn g() {} }\n",
        {
            "S": (("derive(Debug, Clone)",), "public", "Doc"),
            "S.f": ((), "internal", ""),
            "S.g": ((), "private", ""),
        },
    ),
    ("a.go", "package a\nfunc F() {}\nfunc g() {}\n", {"F": ((), "public", ""), "g": ((), "internal", "")}),
    (
        "a.cpp",
        "class A {\n void g() {}\npublic:\n void f() {}\n};\nvoid A::h() {}\nstatic int z() { return 1; }\n",
        {
            "A.g": ((), "private", ""),
            "A.f": ((), "public", ""),
            "A.h": ((), "", ""),
            "z": ((), "private", ""),
        },
    ),
    (
        "a.c",
        "static int z(void) { return 1; }\nint y(void) { return 1; }\n",
        {"z": ((), "private", ""), "y": ((), "public", "")},
    ),
]


@pytest.mark.parametrize(("path", "source", "expected"), CASES, ids=[case[0] for case in CASES])
def test_heads(path: str, source: str, expected: dict[str, tuple[tuple[str, ...], str, str]]) -> None:
    facts = indexers()["." + path.rpartition(".")[2]].parse(path, source.encode())
    found = {s.qualified: (s.decorators, s.visibility, s.doc) for s in facts.symbols}
    assert {name: found.get(name) for name in expected} == expected
