"""Ruby: what a file says, and what its names mean across files."""

from __future__ import annotations

from code_graph import Code, calls, facts_of, kinds, types

SHOP = """
    require "json"
    require_relative "shop/cart"
    module Shop
      autoload :Mail, "shop/mail"
      # Sells things.
      class Store < Base::Counter
        include Pricing
        LIMIT = 3
        attr_reader :cart, :name
        # @param till [Till]
        # @return [Receipt]
        def initialize(till, name: nil)
          @cart ||= Cart.new(name)
          total = Money.from(till) do |x| x end
          checkout!
          name = 1
          name
        end
        def self.open(*args) = new(*args)
        def checkout!
          cart.add(1)&.pay
          print("x")
        end
        private
        def audit?; empty; end
        public
        def shown; end
      end
      module Tools
        class Saw; end
      end
      Point = Struct.new(:x) do
        def far; end
      end
      private_class_method def self.hidden; end
    end
"""


def test_symbols() -> None:
    facts = facts_of("lib/shop.rb", SHOP)
    assert kinds(facts) == {
        "Shop": "trait",
        "Shop.Store": "class",
        "Shop.Store.LIMIT": "constant",
        "Shop.Store.cart": "variable",
        "Shop.Store.name": "variable",
        "Shop.Store.initialize": "method",
        "Shop.Store.open": "method",
        "Shop.Store.checkout!": "method",
        "Shop.Store.audit?": "method",
        "Shop.Store.shown": "method",
        "Shop.Tools": "module",
        "Shop.Tools.Saw": "class",
        "Shop.Point": "class",
        "Shop.Point.far": "method",
        "Shop.hidden": "method",
    }
    found = {symbol.qualified: symbol for symbol in facts.symbols}
    store = found["Shop.Store"]
    assert (store.start, store.end, store.doc, store.signature) == (
        6,
        28,
        "Sells things.",
        "class Store < Base::Counter",
    )
    private = {symbol.qualified for symbol in facts.symbols if symbol.visibility == "private"}
    assert private == {"Shop.Store.audit?", "Shop.hidden"}
    assert not facts.is_test


def test_imports_and_types() -> None:
    facts = facts_of("lib/shop.rb", SHOP)
    assert [(i.module, i.names) for i in facts.imports] == [
        ("json", ()),
        ("./shop/cart", ()),
        ("shop/mail", (("Mail", "Mail"),)),
    ]
    assert types(facts) == {
        ("Shop.Store.initialize", "till", "Till"),
        ("Shop.Store.initialize", "return", "Receipt"),
        ("Shop.Store.initialize", "self.cart", "Cart()"),
        ("Shop.Store.initialize", "total", "Money.from()"),
        ("Shop.Store.initialize", "return", "=name"),
        ("Shop.Store.checkout!", "return", "print()"),
        ("Shop.Store.audit?", "return", "=empty"),
        ("Shop.Point", "Point", "Struct()"),
    }


def test_calls_without_brackets_are_no_locals() -> None:
    facts = facts_of("lib/shop.rb", SHOP)
    assert calls(facts) == [
        "Cart in Shop.Store.initialize",
        "Money.from in Shop.Store.initialize",
        "checkout! in Shop.Store.initialize",
        "new in Shop.Store.open",
        "cart in Shop.Store.checkout!",
        "cart().add in Shop.Store.checkout!",
        "cart().add().pay in Shop.Store.checkout!",
        "empty in Shop.Store.audit?",
        "Struct in Shop.Point",
    ]
    assert calls(facts, "inherit") == ["Base.Counter in Shop.Store", "Pricing in Shop.Store"]


def test_tests_are_known() -> None:
    for path in ("spec/a.rb", "lib/a_spec.rb", "test/test_a.rb", "a_test.rb"):
        assert facts_of(path, "def a; end").is_test
    assert facts_of("lib/a.rb", "def test_it; end\ndef tested; end").symbols[0].is_test


def test_broken_syntax_gives_what_could_be_read() -> None:
    facts = facts_of(
        "a.rb", "class A\n  def f\n    x = (1,\n  end\n\n  def g\n    h(1)\n  end\nend\nclass B < A; end\n"
    )
    assert facts.has_errors
    assert {"B"} <= set(kinds(facts))


def _code() -> Code:
    return Code(
        {
            "lib/zoo.rb": """
                require "zoo/animal"
                module Zoo
                  def self.feed(animal) = animal.eat
                end
            """,
            "lib/zoo/animal.rb": """
                module Zoo
                  class Animal
                    include Eating
                    def initialize(keeper)
                      @keeper = Keeper.new
                    end
                    def wake
                      eat
                      @keeper.call_out
                      keeper.call_out
                      unknown.call_out
                    end
                    attr_reader :keeper
                  end
                  class Keeper
                    def call_out; end
                    # @return [Animal]
                    def pet; end
                  end
                end
            """,
            "lib/zoo/eating.rb": """
                module Zoo
                  module Eating
                    def eat; chew(1); end
                    def chew(x); end
                  end
                end
            """,
            "lib/zoo/lion.rb": """
                class Zoo::Lion < Zoo::Animal
                  def roar
                    wake
                    Zoo.feed(self)
                    Zoo::Keeper.new.pet.wake
                    lion = Zoo::Lion.new(1)
                    lion.roar
                  end
                end
                class Animal; end
            """,
            "test/lion_test.rb": """
                class LionTest
                  def test_roar
                    Zoo::Lion.new(nil).roar
                  end
                end
            """,
        }
    )


def test_edges() -> None:
    code = _code()
    assert code.callees("Zoo.Lion.roar") == {
        "Zoo.Animal.wake": 4,
        "Zoo.feed": 2,
        "Zoo.Keeper": 2,
        "Zoo.Keeper.pet": 4,
        "Zoo.Lion": 2,
        "Zoo.Lion.roar": 4,
    }
    assert code.callers("Zoo.Animal.wake") == {"lib/zoo/lion.rb:3 Zoo.Lion.roar 3", "lib/zoo/lion.rb:5 Zoo.Lion.roar 4"}
    assert code.callers("Zoo.Eating.eat") == {"lib/zoo/animal.rb:8 Zoo.Animal.wake 3", "lib/zoo.rb:3 Zoo.feed 5"}
    assert code.callers("Zoo.Keeper.call_out") == {
        "lib/zoo/animal.rb:9 Zoo.Animal.wake 4",
        "lib/zoo/animal.rb:10 Zoo.Animal.wake 4",
        "lib/zoo/animal.rb:11 Zoo.Animal.wake 5",
    }
    assert "test/lion_test.rb:3 LionTest.test_roar 4" in code.callers("Zoo.Lion.roar")


def test_bases_and_importers() -> None:
    code = _code()
    (lion,) = code.graph.subclasses(code.symbol("Zoo.Animal"))
    assert lion.source is not None and lion.source.qualified == "Zoo.Lion"
    assert [edge.path for edge in code.graph.subclasses(code.symbol("Zoo.Eating"))] == ["lib/zoo/animal.rb"]
    assert [item.path for item in code.graph.importers("lib/zoo/animal.rb")] == ["lib/zoo.rb"]
