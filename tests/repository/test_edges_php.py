"""PHP: traits before interfaces, methods beside fields of their name, cases of enums, `new self`, what arrays hold."""

from __future__ import annotations

from code_graph import Code

SHOP = {
    "src/Opens.php": "<?php\nnamespace Shop;\ninterface Opens { public function open(): void; }\n",
    "src/Doors.php": "<?php\nnamespace Shop;\ntrait Doors { public function open(): void {} }\n",
    "src/Side.php": "<?php\nnamespace Shop;\nenum Side { case Left; public function name(): string { return ''; } }\n",
    "src/functions.php": "<?php\nnamespace Shop;\nfunction counted(array $all): int { return 1; }\n",
    "src/Till.php": r"""<?php
namespace Shop;

class Till implements Opens
{
    use Doors;

    private bool $shut = true;
    /** @var list<Coin> */
    private array $coins = [];

    public function shut(): bool { return $this->shut; }
    public static function make(): static { $new = new static(); $new->shut(); return new self; }
    /** @param Coin[] $more */
    public function all(array $more): void
    {
        $this->open();
        Side::Left->name();
        foreach ($this->coins as $key => $coin) { $coin->spin(); }
        foreach ($more as $each) { $each->spin(); }
        foreach ($this as $other) { $other->shut(); }
        \Shop\counted($more);
        new \Shop\Coin();
        new Api\Gate();
    }
}

class Coin { public function spin(): void {} }
""",
    "src/Api/Gate.php": "<?php\nnamespace Shop\\Api;\nclass Gate {}\n",
}


def test_php_calls_lead_to_methods_traits_cases_and_what_arrays_hold() -> None:
    code = Code(SHOP)
    found = {e.target.qualified: int(e.tier) for e in code.graph.callees(code.symbol("Till.all")) if e.tier < 5}
    assert found == {
        "Doors.open": 3, "Side.name": 2, "Coin.spin": 4, "counted": 2, "Coin": 2, "Gate": 2,
    }  # fmt: skip
    assert sorted((e.line, e.text, e.target.qualified) for e in code.graph.callees(code.symbol("Till.make"))) == [
        (13, "$new.shut", "Till.shut"), (13, "Till", "Till"),
    ]  # fmt: skip
