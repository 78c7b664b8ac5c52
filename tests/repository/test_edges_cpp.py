"""What C++ calls mean: constness, classes whose members stand apart, and macros in the heads of declarations."""

from __future__ import annotations

from code_graph import Code, facts_of, kinds

HEADER = """
    namespace xml {
    class XML_API [[nodiscard]] Node {
     public:
      explicit Node(int id);
      const Node* first() const { return first_; }
      Node* first() { return first_; }
      Node* find(const char* name) { return first_; }
      const Node* find(const char* name) const;
      int id() const XML_LOCKS(mutex_);
      Node* first_;
    };
    XML_API Node* made(int id);
    }
"""
SOURCE = """
    #include "node.h"
    namespace xml {
    Node::Node(int id) { first_ = made(id); }
    const Node* Node::find(const char* name) const { return first(); }
    int Node::id() const { return first()->find("a")->id(); }
    Node* made(int id) { return new Node(id); }
    }
"""
USE = """
    #include "node.h"
    void change(xml::Node& node) { node.first(); node.find("x"); }
    void look(const xml::Node& node) { node.first(); auto other = node.find("x"); other->first(); }
"""


def test_the_object_decides_between_methods_that_differ_in_const() -> None:
    code = Code({"node.h": HEADER, "node.cc": SOURCE, "use.cc": USE})
    met = {
        name: {(e.target.path, e.target.start) for e in code.graph.callees(code.symbol(name))}
        for name in ("change", "look")
    }
    assert met["change"] == {("node.h", 6), ("node.h", 7)}
    assert met["look"] == {("node.h", 5), ("node.cc", 4)}
    apart = next(s for s in code.store.symbols_named("find") if s.path == "node.cc")
    assert {(e.target.path, e.target.start) for e in code.graph.callees(apart)} == {("node.h", 5)}


def test_a_class_is_known_where_its_constructor_stands_apart() -> None:
    code = Code({"node.h": HEADER, "node.cc": SOURCE, "use.cc": USE})
    constructor = next(s for s in code.store.symbols_named("Node") if s.kind == "method")
    assert [(e.path, e.line) for e in code.graph.callers(constructor)] == [("node.cc", 6)]
    told = next(s for s in code.store.symbols_named("id"))
    assert {e.target.qualified for e in code.graph.callees(told)} == {"xml.Node.first", "xml.Node.find", "xml.Node.id"}


def test_macros_of_a_class_or_function_are_read_past() -> None:
    facts = facts_of("node.h", HEADER)
    assert kinds(facts)["xml.Node"] == "class"
    assert not facts.has_errors
    text = "void run() {\n  if (ready()) LOG_IT(1);\n  LOG_IT(2);\n}\n"
    assert [r.line for r in facts_of("run.cc", text).references if r.name == "LOG_IT"] == [2, 3]
    text = (
        "namespace a {\nNO_WARNINGS_PUSH(4251\n  4275)\n\n"
        "class B_API B : public C<int> {\n int x;\n};\nNO_WARNINGS_POP()\n#undef X\n}\n"
    )
    facts = facts_of("b.h", text)
    assert (facts.has_errors, {s.qualified: s.start for s in facts.symbols}["a.B"]) == (False, 5)


def test_a_variable_counts_in_its_block() -> None:
    use = """
        #include "node.h"
        struct Other { void first(); };
        void run() {
            { xml::Node n(1); n.first(); }
            {
                Other n;
                n.first();
            }
        }
    """
    code = Code({"node.h": HEADER, "node.cc": SOURCE, "use.cc": use + "void Other::first() {}\n"})
    met = {(e.line, e.target.qualified) for e in code.graph.callees(code.symbol("run")) if e.target.name == "first"}
    assert met == {(4, "xml.Node.first"), (7, "Other.first")}


def test_a_function_is_one_of_a_namespace_around_and_takes_the_arguments() -> None:
    text = """
        #include "a.h"
        namespace a {
        namespace inner { int sum(int x) { return x; } }
        int run() { return sum(1) + sum(1, 2); }
        }
    """
    header = "namespace a {\ninline int sum(int x) { return x; }\n}\n"
    code = Code({"a.h": header, "a.cc": text, "b.cc": "namespace a {\nint sum(int x, int y) { return x + y; }\n}\n"})
    met = {(e.target.path, e.target.start) for e in code.graph.callees(code.symbol("a.run"))}
    assert met == {("a.h", 2), ("b.cc", 2)}
