"""C#: extension methods, generic twins, overloads by functions and numbers, partial types, branches of the preprocessor."""

from __future__ import annotations

from code_graph import Code, facts_of, kinds

EXTENSIONS = """
namespace Shop.Util
{
    public static class Texts
    {
        public static string Filled(this string format, object first) => format;
        public static string Filled(this string format, object first, object second) => Filled(format, first);
        public static bool IsList(this Type type) => true;
        public static void ToList(this Type type) { }
        public static bool Odd(this int number) => true;
        public static bool Odd(this long number) => true;
    }
}
"""
USER = """
namespace Shop
{
    using Util;

    class Till
    {
        void Text(string name, Type type) { name.Filled(1, 2); "a".Filled(3); Texts.Filled(name, 4); type.IsList(); }
        void More(Thing thing) { typeof(Till).IsList(); thing.Items.ToList(); thing.Number.Odd(); type.Filled(1, 2, 3); }
    }
}
"""


def test_csharp_extensions_of_types_from_outside_are_called_as_methods() -> None:
    code = Code({"Texts.cs": EXTENSIONS, "Till.cs": USER})
    one, two = (s.start for s in code.store.symbols_named("Filled"))
    assert [(e.text, e.target.start) for e in code.graph.callees(code.symbol("Till.Text")) if e.tier < 5] == [
        ("name.Filled", two), ('"".Filled', one), ("Texts.Filled", one), ("type.IsList", 7),
    ]  # fmt: skip
    # .NET's own operators, a function for several types and one with another number of arguments are not meant
    assert code.callees("Till.More") == {"Texts.IsList": 4}
    assert [e.target.start for e in code.graph.calls_in("Texts.cs")] == [one]


TWINS = """
namespace Pay
{
    public class Rule : Rule<object>
    {
        public void Check() { }
        public Rule Self() { new Rule<int>(1); new Rule(); return this; }
    }
    public class Rule<T>
    {
        public Rule(int size = 0) { }
        public void Check() { }
        public void Only() { }
    }
    class User
    {
        Rule plain; Rule<int> held;
        public Rule Rule { get; set; }
        void Run(Rule<string> given) { plain.Check(); held.Check(); given.Check(); plain.Only(); Rule.Check(); new Rule(); }
    }
}
"""


def test_csharp_classes_of_one_name_are_told_apart_by_their_type_parameters() -> None:
    code = Code({"Rule.cs": TWINS})
    made = [(e.line, e.target.start) for e in code.graph.callees(code.symbol("User.Run"))]
    assert made == [(18, 5), (18, 11), (18, 11), (18, 12), (18, 5), (18, 3)]
    assert [(e.text, e.target.start) for e in code.graph.calls_in("Rule.cs") if e.line == 6] == [
        ("Rule", 8),
        ("Rule", 3),
    ]


OVERLOADS = """
namespace Pay
{
    partial class Writer : Base
    {
        void Put(int value) { }
        void Put(int? value) { }
        void Put(long value) { }
        void Put(string value) { }
        void Put(Side side) { }
        void Each(Action<int> one) { }
        void Each(Action<int, string> two) { }
        void Each(Func<int> none, TimeSpan span) { }
        private void Take(Side side) { }
        void IList.Add(object item) { }
        void All(long big, int? maybe, string text, bool on, Action<int, string> both)
        {
            Put(big); Put(maybe); Put(text); Put(Side.Left); Put(on ? null : Side.Left); Each(x => { }); Each((x, y) => { });
            Each(both); Take(Side.Left); Take(1, 2); Add(1);
        }
    }
    enum Side { Left }
    class Base { protected void Take(int one, int two) { } public void Add(object item) { } }
    class Other { void Use(Writer writer) { writer.Take(Side.Left); writer.Add(2); } }
}
"""


def test_csharp_overloads_are_chosen_by_numbers_functions_and_what_is_seen() -> None:
    code = Code({"Writer.cs": OVERLOADS})
    found = [(e.text, e.target.start) for e in code.graph.calls_in("Writer.cs")]
    assert found == [
        ("Put", 7), ("Put", 6), ("Put", 8), ("Put", 9), ("Each", 10), ("Each", 11),
        ("Each", 11), ("Take", 13), ("Take", 22), ("Add", 22), ("writer.Add", 22),
    ]  # fmt: skip


PARTS = {
    "One.cs": "namespace P; partial class Doc { void Save() { Load(); Close(); } }",
    "Two.cs": "namespace P; partial class Doc : Base { void Load() { } }",
    "Base.cs": "namespace P; class Base { protected void Close() { } }",
}


def test_csharp_parts_of_a_class_have_all_of_its_bases() -> None:
    assert Code(PARTS).callees("Doc.Save") == {"Doc.Load": 3, "Base.Close": 3}


BRANCHES = """
namespace P
{
    class Reader
#if FAST
        : Quick
#else
        : Slow
#endif
    {
        void Read()
        {
#if FAST
            if (Ready()) {
#else
            if (Waits()) {
#endif
            }
        }
        bool Ready() { return true; }
    }
}
"""


def test_csharp_conditions_of_the_preprocessor_leave_no_halves() -> None:
    facts = facts_of("Reader.cs", BRANCHES)
    assert not facts.has_errors
    assert kinds(facts) == {"Reader": "class", "Reader.Read": "method", "Reader.Ready": "method"}
    assert [r.name for r in facts.references if r.kind in {"call", "inherit"}] == ["Quick", "Ready"]


MARKED = """
namespace P
{
    class Log
    {
        void Write([Plain(false)] string text, params object[] all) { }
        void Write([Plain(false)] string text) { }
        void Write(object one, object two) { }
        void Run() { Write("a"); Write("b", new object[] { 1 }); }
    }
}
"""


def test_csharp_attributes_of_parameters_and_new_arrays_are_read() -> None:
    assert [e.target.start for e in Code({"Log.cs": MARKED}).graph.calls_in("Log.cs")] == [6, 5]
