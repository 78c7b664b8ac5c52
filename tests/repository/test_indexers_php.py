"""PHP: what a file says, and what its names mean across files."""

from __future__ import annotations

from code_graph import Code, calls, facts_of, kinds, types

SHOP = r"""
    <?php
    declare(strict_types=1);
    namespace App\Shop;
    use App\Money\{Coin, Note as Paper};
    use function App\Money\add;
    require_once __DIR__ . '/boot.php';

    /**
     * Sells things.
     * @property Clerk $clerk
     */
    #[Route("/shop"), Cached]
    final class Store extends \App\Base\Counter implements Sells, Lends
    {
        use Logs;
        const LIMIT = 3;
        private ?Till $till;
        /** @var Cart */
        protected $cart;
        public function __construct(private Coin $coin, int|string $x = 3)
        {
            parent::__construct();
            $this->cart = new Cart($x);
            $paper = $this->till?->open(1);
            add(1);
            static::make(Paper::class);
        }
        /** @param Coin $c
         *  @return static */
        protected static function make($c) { return new static(); }
    }
    interface Sells extends Deals {}
    trait Logs { }
    enum Size: string { case Big = 'b'; public function label(): string { return ''; } }
    function top(Coin ...$c): ?Store { return null; }
"""


def test_symbols() -> None:
    facts = facts_of("src/Shop/Store.php", SHOP)
    assert facts.package == "App\\Shop"
    assert kinds(facts) == {
        "Store": "class",
        "Store.LIMIT": "constant",
        "Store.till": "variable",
        "Store.cart": "variable",
        "Store.__construct": "method",
        "Store.make": "method",
        "Sells": "interface",
        "Logs": "trait",
        "Size": "enum",
        "Size.Big": "constant",
        "Size.label": "method",
        "top": "function",
    }
    found = {symbol.qualified: symbol for symbol in facts.symbols}
    assert found["Store"].decorators == ('Route("/shop")', "Cached")
    assert found["Store"].doc.startswith("Sells things.")
    assert {
        name: found[name].visibility for name in ("Store.till", "Store.cart", "Store.make", "Size.label", "top")
    } == {
        "Store.till": "private",
        "Store.cart": "protected",
        "Store.make": "protected",
        "Size.label": "public",
        "top": "",
    }
    assert (found["Store"].start, found["Store"].end) == (12, 31)


def test_imports_types_and_uses() -> None:
    facts = facts_of("src/Shop/Store.php", SHOP)
    assert [(i.module, i.names) for i in facts.imports] == [
        ("App\\Money\\Coin", (("Coin", "Coin"),)),
        ("App\\Money\\Note", (("Note", "Paper"),)),
        ("App\\Money\\", (("add", "add"),)),
        ("./boot.php", ()),
        ("App\\Base\\Counter", (("Counter", "\\App\\Base\\Counter"),)),
    ]
    assert types(facts) == {
        ("Store", "clerk", "Clerk"),
        ("Store.till", "till", "Till"),
        ("Store.cart", "cart", "Cart"),
        ("Store.__construct", "$coin", "Coin"),
        ("Store.__construct", "this.coin", "Coin"),
        ("Store.__construct", "this.cart", "Cart"),
        ("Store.__construct", "$paper", "this->till.open()"),
        ("Store.make", "$c", "Coin"),
        ("Store.make", "return", "self"),
        ("top", "$c", "Coin"),
        ("top", "return", "Store"),
    }
    assert calls(facts, "inherit") == [
        "\\App\\Base\\Counter in Store",
        "Sells in Store",
        "Lends in Store",
        "Logs in Store",
        "Deals in Sells",
    ]


def test_tests_are_known_and_broken_syntax_is_read() -> None:
    assert facts_of("src/StoreTest.php", "<?php class StoreTest {}").is_test
    assert facts_of("tests/Store.php", "<?php class Store {}").is_test
    assert not facts_of("src/Contest.php", "<?php class Contest {}").is_test
    facts = facts_of("a.php", "<?php class A { function f( { } function g() { h(); } }\nclass B extends A {}\n")
    assert facts.has_errors
    assert "B" in kinds(facts)


def _code() -> Code:
    return Code(
        {
            "src/Zoo/Animal.php": r"""
                <?php
                namespace Zoo;
                use Zoo\Staff\Keeper as Guard;
                abstract class Animal {
                    use Eating;
                    private Guard $guard;
                    public function __construct(protected Guard $owner) { }
                    public function wake(): static {
                        $this->eat();
                        $this->guard->call();
                        $this->owner?->call();
                        $this->owner->pet()->wake();
                        $other = $unknown->call();
                        say("x");
                        return $this;
                    }
                }
            """,
            "src/Zoo/Eating.php": r"""
                <?php
                namespace Zoo;
                trait Eating { function eat() { self::chew(); } static function chew() {} }
            """,
            "src/Zoo/Staff/Keeper.php": r"""
                <?php
                namespace Zoo\Staff;
                class Keeper {
                    public function call() { }
                    /** @return \Zoo\Animal|null */
                    public function pet() { }
                }
            """,
            "src/Zoo/Lion.php": r"""
                <?php
                namespace Zoo;
                class Lion extends Animal {
                    public function __construct() { parent::__construct(new Staff\Keeper()); }
                    public static function born(): self { return new self(); }
                    public function roar(Lion $mate) {
                        $mate->wake()->roar($this);
                        $cub = Lion::born();
                        $cub->roar($cub);
                        (new \Zoo\Staff\Keeper)->call();
                    }
                }
            """,
            "src/Other/Keeper.php": "<?php\nnamespace Other;\nclass Keeper { function call() {} }\n",
            "functions.php": "<?php\nfunction say($x) { }\n",
        }
    )


def test_edges() -> None:
    code = _code()
    assert code.callees("Animal.wake") == {"Eating.eat": 3, "Keeper.call": 4, "Keeper.pet": 4, "say": 2}
    assert code.callers("src/Zoo/Staff/Keeper.php::Keeper.call") == {
        "src/Zoo/Animal.php:10 Animal.wake 4",
        "src/Zoo/Animal.php:11 Animal.wake 4",
        "src/Zoo/Lion.php:10 Lion.roar 4",
    }
    assert code.callers("src/Other/Keeper.php::Keeper.call") == set()
    assert code.callers("Animal.wake") == {"src/Zoo/Lion.php:7 Lion.roar 4"}
    assert "src/Zoo/Lion.php:9 Lion.roar 4" in code.callers("Lion.roar")
    assert code.callers("Eating.chew") == {"src/Zoo/Eating.php:3 Eating.eat 3"}
    assert code.callers("Animal.__construct") == {"src/Zoo/Lion.php:4 Lion.__construct 3"}
    assert code.callers("src/Zoo/Staff/Keeper.php::Keeper") == {
        "src/Zoo/Lion.php:4 Lion.__construct 2",
        "src/Zoo/Lion.php:10 Lion.roar 2",
    }


def test_bases_and_importers() -> None:
    code = _code()
    assert [edge.path for edge in code.graph.subclasses(code.symbol("Animal"))] == ["src/Zoo/Lion.php"]
    assert [edge.path for edge in code.graph.subclasses(code.symbol("Eating"))] == ["src/Zoo/Animal.php"]
    found = [item.path for item in code.graph.importers("src/Zoo/Staff/Keeper.php")]
    assert found == ["src/Zoo/Animal.php", "src/Zoo/Lion.php", "src/Zoo/Lion.php"]


def test_a_name_written_with_its_namespace_is_that_one() -> None:
    code = Code(
        {
            "src/Client.php": r"""
                <?php
                namespace Zoo;
                class Client extends \Other\Client implements Api, \Far\Api {
                    public function make() { return new self(); }
                    public function run() { $made = new static(); $made->make(); return \Zoo\help(); }
                }
            """,
            "src/Api.php": "<?php\nnamespace Zoo;\ninterface Api {}\n",
            "other/Client.php": "<?php\nnamespace Other;\nclass Client {}\n",
            "src/helpers.php": "<?php\nnamespace Zoo;\nfunction help() {}\n",
        }
    )
    assert [edge.path for edge in code.graph.subclasses(code.symbol("Api"))] == ["src/Client.php"]
    assert [edge.path for edge in code.graph.subclasses(code.symbol("other/Client.php::Client"))] == ["src/Client.php"]
    assert code.graph.subclasses(code.symbol("src/Client.php::Client")) == []
    assert code.callees("Client.run") == {"Client": 1, "Client.make": 4, "help": 2}
