"""Prices come from the kept table, offline; what it does not know has none."""

from __future__ import annotations

import pytest

from rlm_tui.models.anthropic import Endpoint
from rlm_tui.models.prices import dollars
from rlm_tui.models.protocol import Usage


def test_input_output_and_cache_have_their_own_prices() -> None:
    # Sonnet 4.5, dollars a million tokens: 3 in, 15 out, 0.30 read from the cache, 3.75 written to it.
    usage = Usage(input=10_000, output=2_000, cache_read=50_000, cache_write=4_000)
    expected = (10_000 * 3 + 2_000 * 15 + 50_000 * 0.30 + 4_000 * 3.75) / 1e6
    assert dollars("claude-sonnet-4-5-20250929", usage) == pytest.approx(expected)


def test_the_default_models_are_known() -> None:
    for name in ("claude-sonnet-5-5", "claude-haiku-5-5"):
        assert (dollars(name, Usage(1000, 1000)) or 0) > 0


@pytest.mark.parametrize("name", ["qwen3", "", "gemma:latest", "a" * 10_000, "llama-3.3-70b-versatile"])
def test_a_model_of_ones_own_has_no_price(name: str) -> None:
    assert dollars(name, Usage(1000, 1000)) is None
    assert Endpoint(base_url="http://localhost:11434").model(name).price(Usage(1, 1)) is None


def test_a_provider_that_the_table_knows_is_priced_by_its_address() -> None:
    model = Endpoint("k", base_url="https://openrouter.ai/api").model("anthropic/claude-sonnet-4.5")
    assert model.price(Usage(1_000, 0)) == pytest.approx(0.003)


def test_a_proxy_in_front_of_known_models_costs_what_they_cost() -> None:
    model = Endpoint("k", base_url="http://localhost:4000").model("claude-sonnet-5-5")
    assert model.price(Usage(1000, 10)) == dollars("claude-sonnet-5-5", Usage(1000, 10))


def test_nothing_costs_nothing() -> None:
    assert dollars("claude-sonnet-5-5", Usage()) == 0
