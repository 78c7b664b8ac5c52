"""Scala and Swift: nested packages and modules, selectors and renamings, extensions, companions, members without `self`."""

from __future__ import annotations

import pytest
from code_graph import Code, calls, facts_of, kinds, types

SCALA = """
package shop
package pay

import shop.syntax.all._
import scala.collection.{mutable, Map => M, _}
import a.b.C, d.E

/** Takes money. */
@deprecated("x", "1")
sealed abstract class Till[T](val inner: Inner[T], count: Int = 3) extends Drawer(count) with Closes with deep.Er[T] {
  private[pay] val coins = new HashMap[String, Coin]()
  lazy val name: String = "x"
  var held: Option[Coin] = None
  def this(a: Int) = this(a)
  override protected def take[F[_]](purse: Purse, notes: Note*)(implicit F: Monad[F]): Result = {
    val first = new Coin(1)
    val second: Coin = purse.open().other[Int](3)
    this.name.trim(); super.take(purse); first.spin
    second match { case n: Note => n.fold() ; case P(a, q) => a.f }
    handle(onDone); notes map toCoin
    Purse.of(name)
  }
  type H = Coin => Unit
}
object Till extends Tills { def apply[T](a: Int): Till[T] = new Till(a) }
trait Shape extends Any { def area: Double }
case class P(a: A, var b: B) extends Human(a)
case object One extends Shape
enum Side(val up: Boolean) extends Named { case Head extends Side(true); case Tail }
given eq: Eq[Coin] with { def same(a: Coin) = true }
def top(a: Coin): Purse = a.purse
"""


def test_scala_symbols_say_what_they_are() -> None:
    facts = facts_of("src/Till.scala", SCALA)
    assert (facts.package, facts.has_errors, facts.is_test) == ("shop.pay", False, False)
    assert kinds(facts) == {
        "Till": "class", "Till.inner": "variable", "Till.coins": "variable", "Till.name": "variable",
        "Till.held": "variable", "Till.this": "method", "Till.take": "method", "Till.H": "type", "Till.apply": "method",
        "Shape": "trait", "Shape.area": "method", "P": "class", "P.a": "variable", "P.b": "variable", "One": "class",
        "Side": "enum", "Side.up": "variable", "Side.Head": "constant", "Side.Tail": "constant", "eq": "variable",
        "eq.same": "function", "top": "function",
    }  # fmt: skip
    symbols = {s.qualified: s for s in reversed(facts.symbols)}
    till, take = symbols["Till"], symbols["Till.take"]
    assert (till.doc, till.decorators, till.start, till.end) == ("Takes money.", ('deprecated("x", "1")',), 9, 24)
    assert (take.visibility, symbols["Till.coins"].visibility, symbols["top"].visibility) == (
        "protected",
        "private",
        "public",
    )


def test_scala_imports_uses_and_types() -> None:
    facts = facts_of("src/Till.scala", SCALA)
    assert [(i.module, i.names) for i in facts.imports] == [
        ("shop.syntax.all", ()), ("scala.collection.mutable", (("mutable", "mutable"),)),
        ("scala.collection.Map", (("Map", "M"),)), ("scala.collection", ()), ("a.b.C", (("C", "C"),)),
        ("d.E", (("E", "E"),)),
    ]  # fmt: skip
    assert {
        "Drawer in Till",
        "Closes in Till",
        "deep.Er in Till",
        "Tills in Till",
        "Human in P",
        "Shape in One",
    } <= set(calls(facts, "inherit"))
    assert {"Coin in Till.take", "purse.open in Till.take", "purse.open().other in Till.take"} <= set(calls(facts))
    assert "first.spin in Till.take" in calls(facts, "use")
    assert {
        ("Till.inner", "inner", "Inner[T]"), ("Till.coins", "coins", "=HashMap()"), ("Till.held", "held", "Option[Coin]"),
        ("Till.take", "purse", "Purse"), ("Till.take", "notes", "Note"), ("Till.take", "return", "Result"),
        ("Till.take", "first", "=Coin()"), ("Till.take", "second", "Coin"), ("Till.take", "n", "Note"),
        ("top", "return", "Purse"),
    } <= types(facts)  # fmt: skip


SCALA_CODE = {
    "api/anything.scala": """
        package shop.api
        class Money(val cents: Int) { def half: Money = new Money(cents); def spend(): Unit = () }
        object Money { def of(n: Int): Money = new Money(n) }
        object implicits extends Conversions
        trait Conversions { def helper(n: Int): Int = n }
    """,
    "pay/Till.scala": """
        package shop
        package pay
        import shop.api.{Money => Cash}
        import api.implicits._
        class Till(held: Cash) extends Drawer {
          def take(money: Cash): Unit = {
            money.half.spend()
            held.spend()
            val other = Cash.of(1)
            other.half
            helper(1)
            count
            super.shut()
            nearby(2)
          }
          private def count: Int = 3
        }
    """,
    "pay/package.scala": "package shop\n\npackage object pay { def nearby(n: Int): Int = n }\nclass Drawer { def shut() = 1 }",
    "other/Money.scala": "package other\n\nclass Money { def spend(): Unit = () }",
}


def test_scala_calls_follow_packages_around_renamings_and_names_without_brackets() -> None:
    code = Code(SCALA_CODE)
    assert code.callees("Till.take") == {
        "Money.half": 4, "Money.spend": 4, "Money.of": 2, "Conversions.helper": 2, "Till.count": 1, "Drawer.shut": 3,
        "pay.nearby": 2,
    }  # fmt: skip
    assert code.callers("other/Money.scala::Money.spend") == set()
    assert [e.source.qualified for e in code.graph.subclasses(code.symbol("Drawer")) if e.source] == ["Till"]
    assert {i.path for i in code.graph.importers("api/anything.scala")} == {"pay/Till.scala"}


SWIFT = """
import Foundation
@testable import struct Shop.Session

/// Takes money.
@available(iOS 13, *)
open class Till<T>: Drawer, Codable where T: Coin {
    private let coins: [String: Coin] = [:]
    public private(set) var name: String { "x" }
    static let shared = Till()
    weak var owner: Owner?
    public init(inner: Inner, count: Int = 3) { self.inner = inner; super.init() }
    subscript(i: Int) -> Coin { coins[i] }
    @discardableResult
    override public func take(_ purse: Purse, for notes: [Note]) async throws -> Result {
        let first = Coin(n: 1)
        let second: Coin = purse.open().other(3)
        self.name.trim(); super.take(); first?.spin(); first!.spin()
        if let note = second as? Note { note.fold() }
        guard let made = make(first) else { return }
        handle(.red, Side.head)
        let third = try await Purse.create(name)
        return Box<Int>(1)
    }
    enum Inner { case a, b(Int) }
}
extension Coin: Named { func twice() -> Coin { helper() } }
struct P { let a: A }
protocol Shape: Base { associatedtype E; func area() -> Double; var p: Int { get } }
typealias H = (Coin) -> Void
actor Act { }
fileprivate func top(a: Coin) -> Purse { a.purse }
"""


def test_swift_symbols_say_what_they_are() -> None:
    facts = facts_of("Sources/Shop/Till.swift", SWIFT)
    assert (facts.package, facts.has_errors, facts.is_test) == ("Shop", False, False)
    assert kinds(facts) == {
        "Till": "class", "Till.coins": "variable", "Till.name": "variable", "Till.shared": "variable",
        "Till.owner": "variable", "Till.init": "method", "Till.subscript": "method", "Till.take": "method",
        "Till.Inner": "enum", "Till.Inner.a": "constant", "Till.Inner.b": "constant", "Coin.twice": "method", "P": "struct",
        "P.a": "variable", "Shape": "interface", "Shape.E": "type", "Shape.area": "method", "Shape.p": "variable",
        "H": "type", "Act": "class", "top": "function",
    }  # fmt: skip
    symbols = {s.qualified: s for s in facts.symbols}
    till = symbols["Till"]
    assert (till.doc, till.decorators, till.visibility) == ("Takes money.", ("available(iOS 13, *)",), "public")
    assert (symbols["Till.take"].start, symbols["Till.take"].end) == (13, 23)
    seen = {name: symbols[name].visibility for name in ("Till.coins", "Till.name", "Till.owner", "top")}
    assert seen == {"Till.coins": "private", "Till.name": "public", "Till.owner": "internal", "top": "private"}


def test_swift_imports_uses_and_types() -> None:
    facts = facts_of("Sources/Shop/Till.swift", SWIFT)
    assert [(i.module, i.names) for i in facts.imports] == [("Foundation", ()), ("Shop", (("Session", "Session"),))]
    assert {"Drawer in Till", "Codable in Till", "Named", "Base in Shape"} == set(calls(facts, "inherit"))
    assert {"Coin", "purse.open", "purse.open().other", "super.take", "first.spin", "Purse.create", "Box"} <= {
        name.removesuffix(" in Till.take") for name in calls(facts)
    }
    assert not any(name.startswith("coins in") for name in calls(facts))  # an index is no call
    assert {
        ("Till.shared", "shared", "=Till()"), ("Till.owner", "owner", "Owner"), ("Till.take", "purse", "Purse"),
        ("Till.take", "return", "Result"), ("Till.take", "first", "=Coin()"), ("Till.take", "second", "Coin"),
        ("Till.take", "note", "Note"), ("Till.take", "made", "=make()"), ("Till.take", "third", "=Purse.create()"),
        ("Coin.twice", "return", "Coin"), ("top", "a", "Coin"),
    } <= types(facts)  # fmt: skip


SWIFT_CODE = {
    "Sources/Api/Money.swift": """
        public struct Money {
            public init(cents: Int) { }
            public func half() -> Money { Money(cents: 1) }
            public static func of(_ n: Int) -> Money { Money(cents: n) }
        }
    """,
    "Sources/Pay/Money+Spend.swift": "import Api\n\nextension Money { func spend() { half() } }",
    "Sources/Pay/Till.swift": """
        import Api
        class Till: Drawer {
            let held: Money
            func take(money: Money) {
                money.half().spend()
                held.spend()
                let other = Money.of(1)
                other.half()
                count()
                super.shut()
                nearby()
            }
            private func count() { }
        }
    """,
    "Sources/Pay/Drawer.swift": "class Drawer { func shut() { } }\nfunc nearby() { }",
    "Sources/Other/Other.swift": "struct Drawer { func shut() { } }\nfunc nearby() { }\nfunc alone() { shut() }",
}


def test_swift_calls_follow_modules_and_extensions() -> None:
    code = Code(SWIFT_CODE)
    assert code.callees("Till.take") == {
        "Money.half": 4, "Money.spend": 4, "Money.of": 2, "Till.count": 1, "Drawer.shut": 3, "nearby": 2,
    }  # fmt: skip
    assert code.callees("Money.spend") == {"Money.half": 3}
    assert code.callers("Sources/Other/Other.swift::nearby") == set()
    assert [e.path for e in code.graph.subclasses(code.symbol("Sources/Pay/Drawer.swift::Drawer"))] == [
        "Sources/Pay/Till.swift"
    ]
    assert {i.path for i in code.graph.importers("Sources/Api/Money.swift")} == {
        "Sources/Pay/Till.swift", "Sources/Pay/Money+Spend.swift",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["a.scala", "a.swift"])
def test_broken_syntax_gives_what_can_be_read(path: str) -> None:
    facts = facts_of(path, "class A { }\n\nclass B {\n  void broken( = \n}\n\nclass C { }\n")
    assert facts.has_errors
    assert "A" in kinds(facts)


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("Tests/ShopTests/Till.swift", True), ("App/TillTests.swift", True), ("App/Contest.swift", False),
        ("core/TillSpec.scala", True), ("core/src/test/scala/Till.scala", True), ("core/src/main/scala/Suite.scala", False),
    ],
)  # fmt: skip
def test_tests_are_known_by_their_path(path: str, is_test: bool) -> None:
    assert facts_of(path, "class A { }").is_test == is_test
