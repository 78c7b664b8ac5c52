"""How numbers are written on the screen: always the same few widths, so that columns stay aligned."""

from __future__ import annotations


def seconds(value: float | None) -> str:
    """Return a duration in at most 7 characters: `0.3s`, `42s`, `1:23`, `1:02:03`; "" for None."""
    if value is None:
        return ""
    value = max(0.0, value)
    if value < 9.95:
        return f"{value:.1f}s"
    whole = int(value + 0.5)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock(value: float) -> str:
    """Return an elapsed time that ticks once a second: `0:42`, `1:02:03`."""
    minutes, rest = divmod(int(max(0.0, value)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def dollars(value: float | None) -> str:
    """Return a price in at most 8 characters: `$0.004`, `$0.18`, `$12.30`; "" for None."""
    if value is None:
        return ""
    value += 1e-9  # halves round up, whatever the order in which the parts were added
    if 1e-9 < value < 0.0005:
        return "<$0.001"
    return f"${value:.3f}" if 1e-9 < value < 0.0995 else f"${value:.2f}"


def count(value: int, word: str) -> str:
    """Return `1 call`, `1,200 calls`."""
    return f"{value:,} {word}" if value == 1 else f"{value:,} {word}s"


def tokens(value: int) -> str:
    """Return a number of tokens in at most 5 characters: `812`, `12.3k`, `1.2M`."""
    if value < 1000:
        return str(value)
    if value < 999_950:
        return f"{value / 1000:.1f}k" if value < 99_950 else f"{value / 1000:.0f}k"
    return f"{value / 1_000_000:.1f}M"
