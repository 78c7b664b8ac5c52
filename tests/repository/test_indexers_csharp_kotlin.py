"""C# and Kotlin: packages that files declare wherever they lie, partial types, companions, types of locals and members."""

from __future__ import annotations

import pytest
from code_graph import Code, calls, facts_of, kinds, types

CSHARP = """
using System;
using static Shop.Util.Checks;
using Total = Shop.Api.Money;

namespace Shop.Pay;

/// <summary>Takes money.</summary>
[Serializable]
public partial class Till : Drawer<Coin>, ICloses
{
    private readonly Ledger _ledger = new Ledger(), _spare;
    public const int MAX = 3;
    public string Name { get; set; }
    public int this[int i] => i;
    public Till(int size, ref Ledger other) : base(size) { }
    [Fact, Trait("a", "b")]
    public async Task<Coin> TakeAsync<T>(Purse purse, params Note[] notes)
    {
        var first = new Coin(1);
        var second = purse.Open().Find<Coin>(3);
        second?.Spin(); this.Name.Trim(); base.Close(); _ledger.Add(first);
        if (other is Note note) { note.Fold(); }
        foreach (Note each in notes) { each.Fold(); }
        var cast = (Coin)other; var same = other as Purse;
        int Local(int q) => Helper(q);
        return Find(OnFound);
    }
}
public enum Side { Head, Tail = 2 }
public interface ICloses : IBase { void Close(); }
public record Person(string First, Pet Pet) : Human(First);
public delegate void Handler(object o);
"""


def test_csharp_symbols_say_what_they_are() -> None:
    facts = facts_of("src/Till.cs", CSHARP)
    assert (facts.package, facts.has_errors, facts.is_test) == ("Shop.Pay", False, False)
    found = kinds(facts)
    assert found == {
        "Till": "class", "Till._ledger": "variable", "Till.MAX": "constant", "Till.Name": "variable",
        "Till.this[]": "method", "Till.Till": "method", "Till.TakeAsync": "method", "Till.TakeAsync.Local": "function",
        "Side": "enum", "Side.Head": "constant", "Side.Tail": "constant", "ICloses": "interface",
        "ICloses.Close": "method", "Person": "class", "Handler": "type",
    }  # fmt: skip
    symbols = {s.qualified: s for s in facts.symbols}
    till, take = symbols["Till"], symbols["Till.TakeAsync"]
    assert (till.doc, till.decorators, till.visibility) == (
        "<summary>Takes money.</summary>",
        ("Serializable",),
        "public",
    )
    assert (take.start, take.end) == (16, 27)
    assert take.decorators == ('Fact, Trait("a", "b")',)
    assert symbols["Till._ledger"].visibility == "private"
    assert symbols["ICloses.Close"].visibility == symbols["Side.Tail"].visibility == "public"


def test_csharp_imports_uses_and_types() -> None:
    facts = facts_of("src/Till.cs", CSHARP)
    assert [(i.module, i.names) for i in facts.imports] == [
        ("System", ()), ("Shop.Util.Checks.*", ()), ("Shop.Api", (("Money", "Total"),)),
    ]  # fmt: skip
    assert {"Drawer in Till", "ICloses in Till", "IBase in ICloses", "Human in Person"} == set(calls(facts, "inherit"))
    made = {name.removesuffix(" in Till.TakeAsync") for name in calls(facts)}
    assert {
        "Coin",
        "purse.Open",
        "purse.Open().Find",
        "second.Spin",
        "this.Name.Trim",
        "base.Close",
        "_ledger.Add",
    } <= made
    assert {
        ("Till._ledger", "_ledger", "Ledger"), ("Till.TakeAsync", "purse", "Purse"), ("Till.TakeAsync", "return", "Coin"),
        ("Till.TakeAsync", "first", "=Coin()"), ("Till.TakeAsync", "second", "=purse.Open().Find()"),
        ("Till.TakeAsync", "note", "Note"), ("Till.TakeAsync", "each", "Note"), ("Till.TakeAsync", "cast", "Coin"),
        ("Till.TakeAsync", "same", "Purse"), ("Till.Till", "other", "Ledger"), ("Person", "Pet", "Pet"),
    } <= types(facts)  # fmt: skip


CSHARP_CODE = {
    "Api/Money.cs": """
        namespace Shop.Api { public class Money { public Money Half() { return new Money(); } public void Spend() { } } }
    """,
    "Pay/Till.cs": """
        using Shop.Api;
        namespace Shop.Pay
        {
            public partial class Till : Drawer
            {
                private Money _held;
                public void Take(Money money)
                {
                    money.Half().Spend();
                    _held.Spend();
                    Count();
                    Log.Write("x");
                    base.Shut();
                    var other = new Money();
                    other.Half();
                    other.Twice();
                }
            }
        }
    """,
    "Pay/Till.Count.cs": "namespace Shop.Pay { partial class Till { void Count() { } } }",
    "Pay/Drawer.cs": "namespace Shop.Pay { public class Drawer { public void Shut() { } } }",
    "Log.cs": "namespace Shop { static class Log { public static void Write(string s) { } } }",
    "Pay/More.cs": "namespace Shop.Pay { static class More { public static Money Twice(this Shop.Api.Money m) => m; } }",
    "Other/Money.cs": "namespace Other { public class Money { public void Spend() { } } }",
}


def test_csharp_calls_follow_namespaces_partial_classes_fields_and_chains() -> None:
    code = Code(CSHARP_CODE)
    assert code.callees("Till.Take") == {
        "Money.Half": 4, "Money.Spend": 4, "Till.Count": 3, "Log.Write": 2, "Drawer.Shut": 3, "Money": 2,
        "More.Twice": 4,
    }  # fmt: skip
    assert code.callers("Other/Money.cs::Money.Spend") == set()
    assert [e.source.qualified for e in code.graph.subclasses(code.symbol("Drawer")) if e.source] == ["Till"]
    assert {i.path for i in code.graph.importers("Api/Money.cs")} == {"Pay/Till.cs"}


KOTLIN = """
@file:JvmName("Tills")
package shop.pay

import shop.api.Money
import shop.util.*
import shop.api.Purse.Companion.open as opened

/** Takes money. */
@Serializable
open class Till<T>(private val ledger: Ledger<T>, size: Int = 3) : Drawer(size), Closes by ledger {
  private val coins = HashMap<String, Coin>()
  val name: String get() = "x"
  lateinit var purse: Purse
  val spare by lazy { Coin() }

  constructor(size: Int) : this(Ledger(), size)

  override suspend fun take(purse: Purse?, vararg notes: Note): Result? {
    val first = Coin(1)
    val second: Coin = purse!!.open().other()
    this.name.trim()
    super.take(purse)
    notes.forEach { it.fold() }
    handle(::onDone)
    val cast = second as Note
    return Money.of(name) ?: null
  }

  companion object {
    const val MAX = 3
    fun create() = Till<Int>(1)
  }
}

fun Money.twice(times: Int): Money = this.plus(times)

enum class Side(val up: Boolean) : Named {
  HEAD(true),
  TAIL(false);

  fun flip() {}
}

sealed interface Shape {
  fun area(): Double
}

object Single : Base(), Shape

typealias Handler = (Coin) -> Unit

internal val top = Coin()
"""


def test_kotlin_symbols_say_what_they_are() -> None:
    facts = facts_of("src/Anything.kt", KOTLIN)
    assert (facts.package, facts.has_errors, facts.is_test) == ("shop.pay", False, False)
    assert kinds(facts) == {
        "Till": "class", "Till.ledger": "variable", "Till.coins": "variable", "Till.name": "variable",
        "Till.purse": "variable", "Till.spare": "variable", "Till.constructor": "method", "Till.take": "method",
        "Till.MAX": "constant", "Till.create": "method", "twice": "function", "Side": "enum", "Side.up": "variable",
        "Side.HEAD": "constant", "Side.TAIL": "constant", "Side.flip": "method", "Shape": "interface",
        "Shape.area": "method", "Single": "class", "Handler": "type", "top": "variable",
    }  # fmt: skip
    symbols = {s.qualified: s for s in facts.symbols}
    till = symbols["Till"]
    assert (till.doc, till.decorators, till.visibility, till.start) == ("Takes money.", ("Serializable",), "public", 9)
    assert symbols["Till.take"].signature == "override suspend fun take(purse: Purse?, vararg notes: Note): Result?"
    assert (symbols["Till.coins"].visibility, symbols["top"].visibility) == ("private", "internal")


def test_kotlin_imports_uses_and_types() -> None:
    facts = facts_of("src/Anything.kt", KOTLIN)
    assert [(i.module, i.names) for i in facts.imports] == [
        ("shop.api.Money", (("Money", "Money"),)), ("shop.util", ()), ("shop.api.Purse.open", (("open", "opened"),)),
    ]  # fmt: skip
    inherited = {"Drawer in Till", "Closes in Till", "Named in Side", "Base in Single", "Shape in Single"}
    assert set(calls(facts, "inherit")) == inherited
    assert {"Coin in Till.take", "purse.open in Till.take", "super.take in Till.take", "Money.of in Till.take"} <= set(
        calls(facts)
    )
    assert {
        ("Till.ledger", "ledger", "Ledger"), ("Till.purse", "purse", "Purse"), ("Till.spare", "spare", "=Coin()"),
        ("Till.take", "purse", "Purse"), ("Till.take", "notes", "Note"), ("Till.take", "first", "=Coin()"),
        ("Till.take", "second", "Coin"), ("Till.take", "cast", "Note"), ("Till.take", "return", "Result"),
        ("twice", "this", "Money"), ("twice", "return", "Money"), ("top", "top", "=Coin()"),
    } <= types(facts)  # fmt: skip


KOTLIN_CODE = {
    "a/Money.kt": """
        package shop.api
        class Money(val cents: Int) {
          fun half(): Money = Money(cents)
          fun spend() {}
          companion object { fun of(n: Int) = Money(n) }
        }
        fun helper() {}
    """,
    "b/all.kt": """
        package shop.pay
        import shop.api.Money
        import shop.api.helper as help
        class Till(private val held: Money) : Drawer() {
          fun take(money: Money) {
            money.half().spend()
            held.spend()
            val other = Money.of(1)
            help()
            count()
            super.shut()
            nearby()
            other.twice()
          }
          private fun count() {}
        }
    """,
    "c/more.kt": """
        package shop.pay
        open class Drawer {
          fun shut() {}
        }
        fun nearby() {}
        fun shop.api.Money.twice() { half() }
    """,
    "d/else.kt": """
        package other
        fun nearby() {}
        class Money {
          fun spend() {}
        }
    """,
}


def test_kotlin_calls_follow_declared_packages_companions_and_aliases() -> None:
    code = Code(KOTLIN_CODE)
    assert code.callees("Till.take") == {
        "Money.half": 4, "Money.spend": 4, "Money.of": 2, "helper": 2, "Till.count": 1, "Drawer.shut": 3, "nearby": 2,
        "twice": 4,
    }  # fmt: skip
    assert code.callees("twice") == {"Money.half": 3}
    assert code.callers("d/else.kt::Money.spend") == set()
    assert [e.source.qualified for e in code.graph.subclasses(code.symbol("Drawer")) if e.source] == ["Till"]
    assert {i.path for i in code.graph.importers("a/Money.kt")} == {"b/all.kt"}


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("src/Shop.Tests/TillChecks.cs", True), ("src/TillTests.cs", True), ("src/Contest.cs", False),
        ("app/src/commonTest/kotlin/Till.kt", True), ("app/TillTest.kt", True), ("app/Latest.kt", False),
        ("latest/Till.cs", False),
    ],
)  # fmt: skip
def test_tests_are_known_by_their_path(path: str, is_test: bool) -> None:
    assert facts_of(path, "class A { }").is_test == is_test


@pytest.mark.parametrize("path", ["a.cs", "a.kt"])
def test_broken_syntax_gives_what_can_be_read(path: str) -> None:
    facts = facts_of(path, "class A { }\n\nclass B {\n  void broken( = \n}\n\nclass C { }\n")
    assert facts.has_errors
    assert "A" in kinds(facts)
