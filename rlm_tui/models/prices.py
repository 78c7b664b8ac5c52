"""What completions cost, from the price table that genai-prices ships; it is read offline and only when first asked."""

from __future__ import annotations

from functools import lru_cache

from rlm_tui.models.protocol import Usage


def dollars(model: str, usage: Usage, base_url: str = "", provider: str = "anthropic") -> float | None:
    """Return what one completion cost in US dollars, None where the table does not know the model.

    The table prices long prompts by tiers, so ask for each completion and add up, not for a sum of usages. A model is looked
    up at the provider whose endpoint `base_url` is (OpenRouter), else at `provider` (`anthropic`, `aws`, `google`): another
    maker's model behind an endpoint of the user's own has the price that its owner says, not the one that some cloud asks.
    """
    found = _provider(model, base_url, provider)
    if found is None:
        return None
    import genai_prices  # 0.16 s of CPU, and the navigator costs nothing

    # The table counts the tokens of the cache within the input, we beside it.
    counted = genai_prices.Usage(
        input_tokens=usage.input + usage.cache_read + usage.cache_write,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )
    try:
        return float(genai_prices.calc_price(counted, model, provider_id=found).total_price)
    except (LookupError, ValueError):
        return None  # known by name, but not what its cache costs


@lru_cache(maxsize=256)
def _provider(model: str, base_url: str, provider: str) -> str | None:
    from genai_prices.data_snapshot import get_snapshot  # as above

    table = get_snapshot()
    if base_url:
        try:
            return table.find_provider_model(model, None, None, base_url)[0].id
        except LookupError:
            pass  # an endpoint that the table has no prices for
    try:
        return table.find_provider_model(model, None, provider, None)[0].id
    except LookupError:
        return None
