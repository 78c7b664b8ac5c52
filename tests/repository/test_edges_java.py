"""Edges from and to Java's classes without a name, and its constructors."""

from __future__ import annotations

from code_graph import Code

ANONYMOUS = """
package p;
interface Job { void run(); }
class Base { Base(int i) {} void stop() {} }
class Outer extends Base {
    Outer() { this(1); }
    Outer(int i) { super(i); }
    Job field = new Job() { public void run() { stop(); } };
    void one(Job job) {
        one(new Job() {
            public void run() { two(make()); }
            int make() { return 1; }
        });
        one(new Job() { public void run() {} });
        class Local implements Job { public void run() { two(2); } }
        new Base(count()) { void stop() { super.stop(); } };
    }
    void two(int i) {}
    int count() { return 1; }
}
"""


def test_java_classes_without_a_name_are_scopes_and_heirs() -> None:
    code = Code({"Outer.java": ANONYMOUS})
    heirs = [edge.source.qualified for edge in code.graph.subclasses(code.symbol("Job")) if edge.source]
    assert heirs == ["Outer.field.Job$1", "Outer.one.Job$1", "Outer.one.Job$2", "Outer.one.Local"]
    assert code.callees("Outer.one.Job$1.run") == {"Outer.two": 1, "Outer.one.Job$1.make": 1}
    assert code.callees("Outer.field.Job$1.run") == {"Base.stop": 3}
    assert code.callees("Outer.one.Base$1.stop") == {"Base.stop": 3}
    assert code.callers("Outer.count") == {"Outer.java:15 Outer.one 1"}
    assert code.callers("Outer.two") == {"Outer.java:10 Outer.one.Job$1.run 1", "Outer.java:14 Outer.one.Local.run 1"}


def test_java_constructors_call_each_other() -> None:
    code = Code({"Outer.java": ANONYMOUS})
    assert code.callers("Base") == {"Outer.java:6 Outer.Outer 1", "Outer.java:15 Outer.one 1"}
    assert code.callers("Outer") == {"Outer.java:5 Outer.Outer 1"}


OBJECTS = """
package p

interface Job {
    fun run()
}

open class Base(val i: Int)

class Outer {
    fun make(): Job {
        return object : Job {
            override fun run() {
                two()
            }
        }
    }

    fun base() = object : Base(count()), Job {
        override fun run() {
        }
    }

    fun two() {
    }

    fun count() = 1
}
"""


def test_kotlin_objects_are_heirs_and_scopes() -> None:
    code = Code({"A.kt": OBJECTS})
    heirs = [edge.source.qualified for edge in code.graph.subclasses(code.symbol("Job")) if edge.source]
    assert heirs == ["Outer.make.Job$1", "Outer.base.Base$1"]
    assert code.callers("Job") == set()
    assert code.callees("Outer.make.Job$1.run") == {"Outer.two": 1}
    assert code.callers("Outer.count") == {"A.kt:18 Outer.base 1"}
