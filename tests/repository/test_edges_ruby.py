"""Ruby: methods of a class and of its objects, what a method's last expression gives, locals of blocks, test helpers."""

from __future__ import annotations

from code_graph import Code, facts_of, kinds

SHOP = """
class Till
  attr_reader :size
  attr_writer :size, :name
  class << self
    def open(kind)
      new(kind)
    end
    def kind; end
  end
  def open; kind; end
  def kind; self.class.kind; end
  def ledger
    @ledger ||= Ledger.new
  end
  def coin
    puts 1
    Coin.new(2)
  end
end
class Ledger; def add; end; end
class Coin; def spin; end; end
class User
  def run
    Till.open(1)
    till = Till.new
    till.open
    till.size
    till.ledger.add
    till.coin.spin
    [1].each { |i| it = Coin.new; it.spin }
    [1].each do |i|
      it = Ledger.new
      it.add
    end
  end
end
"""


def test_ruby_methods_of_a_class_are_none_of_its_objects() -> None:
    code = Code({"shop.rb": SHOP})
    found = [(e.line, e.text.rpartition(".")[2], e.target.start) for e in code.graph.callees(code.symbol("User.run"))]
    assert found == [
        (24, "open", 5), (25, "Till", 1), (26, "open", 10), (27, "size", 2), (28, "ledger", 12), (28, "add", 20),
        (29, "coin", 15), (29, "spin", 21), (30, "Coin", 21), (30, "spin", 21), (32, "Ledger", 20), (33, "add", 20),
    ]  # fmt: skip
    assert [(e.line, e.target.start) for e in code.graph.calls_in("shop.rb") if e.text == "kind"] == [(10, 11)]
    assert code.store.symbols_named("open")[0].signature == "def self.open(kind)"
    assert "Till.size=" in kinds(facts_of("shop.rb", SHOP))


TESTS = {
    "test/test_helper.rb": "module Minitest\n  module Assertions\n    def assert_sold(till); end\n  end\nend\n",
    "test/till_test.rb": "class TillTest < Minitest::Test\n  def test_it\n    assert_sold 1\n  end\nend\n",
}


def test_ruby_tests_have_the_helpers_of_minitest_that_is_opened_again() -> None:
    code = Code(TESTS)
    assert code.callees("TillTest.test_it") == {"Minitest.Assertions.assert_sold": 3}


LEXER = """
class Lexer
  def self.state(name, &block); end
  def state; end
end
class Shell < Lexer
  state :root do
    state :inner
  end
  def run; state; end
end
"""


def test_ruby_calls_in_the_body_of_a_class_are_of_the_class() -> None:
    found = [(e.line, e.target.start) for e in Code({"lexer.rb": LEXER}).graph.calls_in("lexer.rb") if e.tier < 5]
    assert found == [(6, 2), (7, 2), (9, 3)]
