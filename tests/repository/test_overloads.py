"""Which of several functions of one name a call means."""

from __future__ import annotations

import pytest
from code_graph import Code, facts_of

from rlm_tui.repository.edges.candidates import mentioning
from rlm_tui.repository.edges.resolution import Resolution

WRITER = """
    package p;
    class Base { void put(Base b) {} }
    class Writer extends Base {
        void put(String s) {}
        void put(int i) {}
        void put(long l) {}
        void put(Object o) {}
        void put(String s, Object... more) {}
        void put(char[] text) {}
        int size() { return 0; }
    }
"""


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ('w.put("a")', 4),
        ("w.put(1 + 2)", 5),
        ("w.put(7L)", 6),
        ("w.put(new Use())", 7),
        ('w.put("a", 1, 2)', 8),
        ("w.put(new char[3])", 9),
        ("w.put(name)", 4),
        ("w.put(field)", 9),
        ("w.put(w.size())", 5),
        ("((Writer) other).put((int) it)", 5),
        ("new Writer().put(new Base())", 2),
        ('w.put( // a ") comment\n "b")', 4),
    ],
)
def test_an_overload_is_chosen_by_number_and_types_of_the_arguments(call: str, line: int) -> None:
    use = (
        "package p; class Use { char[] field; void run(Writer w, String name, Object other, Object it) { "
        + call
        + "; } }"
    )
    code = Code({"Writer.java": WRITER, "Use.java": use})
    met = {e.target.start for e in code.graph.callees(code.symbol("Use.run")) if e.target.name == "put"}
    assert met == {line}


def test_a_variable_hides_no_method_of_its_name() -> None:
    code = Code({"A.java": "class A { int size() { return 1; } void run() { int size = size(); } }"})
    assert code.callers("A.size") == {"A.java:1 A.run 1"}


def test_a_call_stands_on_the_line_of_its_name_and_calls_itself() -> None:
    code = Code({"A.java": "class A {\n A at(int i,\n  int j) {\n return this\n .at(1,\n 2); } }"})
    assert code.callers("A.at") == {"A.java:5 A.at 3"}


def test_headers_are_read_as_what_they_are() -> None:
    plain = facts_of("a.h", "#ifndef A\nstruct s { int class; };\n/* a class of its own */\nint f(void);\n#endif\n")
    plus = facts_of(
        "b.h",
        "namespace n {\nclass API_EXPORT Status final : public Base {\n public:\n  bool ok() { return true; }\n};\n}\n",
    )
    assert (plain.language, plus.language) == ("c", "cpp")
    assert [s.qualified for s in plus.symbols] == ["n", "n.Status", "n.Status.ok"]


def test_a_function_of_many_files_is_that_beside_the_included_header_or_the_nearest() -> None:
    code = Code(
        {
            "src/sds.h": "char *sdsnew(const char *s);\n",
            "src/sds.c": "char *sdsnew(const char *s) { return 0; }\nvoid grow(void) {}\n",
            "deps/sds.c": "char *sdsnew(const char *s) { return 0; }\nvoid grow(void) {}\n",
            "app/use.c": '#include "sds.h"\nvoid use(void) { sdsnew("a"); }\n',
            "deps/near.c": "void near(void) { grow(); }\n",
            "other/macro.c": "#define hidden(x) 0\nvoid both(void) { grow(); }\n",
            "other/call.c": "void call(void) { hidden(1); }\n",
        }
    )
    met = {
        name: {e.target.path for e in code.graph.callees(code.symbol(name)) if e.tier < 5}
        for name in ("use", "near", "both", "call")
    }
    assert met == {"use": {"src/sds.c"}, "near": {"deps/sds.c"}, "both": {"src/sds.c", "deps/sds.c"}, "call": set()}


def test_cpp_overloads_are_chosen_by_their_arguments() -> None:
    code = Code(
        {
            "w.h": "namespace n {\nclass W {\n public:\n  void put(int i);\n  void put(const char* s) {}\n"
            "  void put(int i, W* w) {}\n};\n}\n",
            "w.cc": '#include "w.h"\nnamespace n {\nvoid W::put(int i) {\n  put("a");\n  put(i, nullptr);\n}\n}\n',
        }
    )
    assert {(e.line, e.target.start) for e in code.graph.calls_in("w.cc")} == {(4, 5), (5, 6)}


def test_only_files_that_can_see_a_go_function_are_read() -> None:
    files = {
        f"other/f{i}.go": "package other\nfunc New() {}\nfunc small() {}\nfunc use() { New(); small() }\n"
        for i in range(9)
    }
    files["go.mod"] = "module example.com/m\n"
    files["own/a.go"] = "package own\nfunc New() {}\nfunc small() {}\nfunc run() { small() }\n"
    files["user/b.go"] = 'package user\nimport "example.com/m/own"\nfunc run() { own.New() }\n'
    code = Code({path: text for path, text in files.items() if path != "go.mod"})
    names = Resolution(code.store)
    seen = {name: mentioning(code.store, names, code.symbol(f"own/a.go::{name}"), name) for name in ("New", "small")}
    assert seen == {"New": ["own/a.go", "user/b.go"], "small": ["own/a.go"]}
    assert code.callers("own/a.go::New") == {"user/b.go:3 run 2"}


def test_cpp_overloads_of_a_namespace_may_stand_in_several_files_and_twins_are_one() -> None:
    code = Code(
        {
            "n.h": "namespace n {\nint cut(int a);\n#if WIDE\nint low(int a) { return 1; }\n#else\n"
            "int low(int a) { return 2; }\n#endif\n}\n",
            "n.cc": '#include "n.h"\nnamespace n {\nint cut(int a) { return a; }\n}\n',
            "far/m.cc": "namespace n {\nint cut(int a, int b) { return b; }\n}\n",
            "own.cc": "namespace n {\nstatic int cut(int a, int b, int c) { return b; }\n}\n",
            "use.cc": '#include "n.h"\nvoid one() { n::cut(1); }\nvoid two() { n::cut(1, 2); }\nvoid low() { n::low(3); }\n',
        }
    )
    met = {(e.line, e.target.path, e.target.start) for e in code.graph.calls_in("use.cc") if e.tier < 5}
    assert met == {(2, "n.cc", 3), (3, "far/m.cc", 2), (4, "n.h", 4), (4, "n.h", 6)}


VALUE = """
    namespace P {
    class V {
        public V(int i) { }
        public V(string s, bool b = true) { }
        public void Put(string s) { }
        public void Put(int i) { }
        public void Put(V v, params object[] more) { }
        public void Put<T>(int i, T t) { }
        public void Put() { }
    }
    static class E {
        public static void Far(this V v, int i) { }
    }
    }
"""
CALLS = ['v.Put("a");', "v.Put(1);", "v.Put(this, 2, 3);", 'v.Put(4, "b");', "v.Far(5);", 'new V("x");', "new V(6);"]


def test_csharp_overloads_and_constructors_are_chosen_by_their_arguments() -> None:
    code = Code(
        {
            "V.cs": VALUE,
            "U.cs": "namespace P {\nclass U {\n    void Run(V v) {\n" + "\n".join(CALLS) + "\n    }\n}\n}\n",
        }
    )
    met = {(e.line, e.target.start) for e in code.graph.calls_in("U.cs") if e.tier < 5}
    assert met == {(4, 5), (5, 6), (6, 7), (7, 8), (8, 12), (9, 2), (10, 2)}
    made = {
        s.start: [e.line for e in code.graph.callers(s)] for s in code.store.symbols_named("V") if s.kind == "method"
    }
    assert made == {3: [10], 4: [9]}
