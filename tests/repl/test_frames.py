"""The frame parser: what is packed comes back, whatever the pieces it arrives in; anything else is a FrameError."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_tui.repl import frames
from rlm_tui.repl.frames import FROM_GUEST, Bounds, Frame, FrameError, FrameReader, pack, unpack
from rlm_tui.repl.protocol import JSON
from rlm_tui.repl.values import encode

SMALL = Bounds(json=2_000, raw=4_000, values=200)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
long_text = text.map(lambda piece: piece + "x" * frames.LONG)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars | text | long_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text | st.just("@"), inner, max_size=4),
    max_leaves=12,
)


def framed(body: bytes, raw: bytes = b"") -> bytes:
    return frames.HEADER.pack(len(body), len(raw)) + body + raw


def feed(data: bytes, bounds: Bounds = SMALL) -> list[dict[str, object]]:
    return [unpack(frame, bounds) for frame in FrameReader(bounds).feed(data)]


@given(value=values, cuts=st.lists(st.integers(0, 4_000), max_size=6))
@settings(max_examples=150, deadline=None)
def test_what_is_packed_comes_back_in_whatever_pieces(value: JSON, cuts: list[int]) -> None:
    parts: list[bytes] = []
    data = pack({"v": encode(value, parts)}, parts, FROM_GUEST) * 2
    reader = FrameReader(FROM_GUEST)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    got = [unpack(frame, FROM_GUEST) for start, end in pairwise(edges) for frame in reader.feed(data[start:end])]
    assert got == [{"v": value}] * 2


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_garbage_is_a_frame_error_or_waits(data: bytes) -> None:
    try:
        for message in feed(data):
            assert type(message) is dict
    except FrameError:
        pass


@given(st.binary(min_size=2, max_size=200), st.binary(max_size=100))
@settings(max_examples=300, deadline=None)
def test_well_framed_garbage_is_a_frame_error_or_a_dict(body: bytes, raw: bytes) -> None:
    with suppress(FrameError):
        assert all(type(message) is dict for message in feed(framed(body, raw)))


@given(value=values, at=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_a_flipped_bit_never_escapes_as_another_error(value: JSON, at: int, bit: int) -> None:
    parts: list[bytes] = []
    data = bytearray(pack({"v": encode(value, parts)}, parts, FROM_GUEST))
    data[at % len(data)] ^= 1 << bit
    with suppress(FrameError):
        assert all(type(message) is dict for message in feed(bytes(data), FROM_GUEST))


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("!II", 0, 0),
        struct.pack("!II", 1, 0) + b"1",
        struct.pack("!II", SMALL.json + 1, 0),
        struct.pack("!II", 2, SMALL.raw + 1),
        struct.pack("!II", 2**32 - 1, 2**32 - 1),
        framed(b"[]"),
        framed(b"12"),
        framed(b'""'),
        framed(b"{}x"),
        framed(b"\xff\xfe"),
        framed(b'{"a":NaN}'),
        framed(b'{"a":-Infinity}'),
        framed(b'{"a":"\\ud800"}'),
        framed(b'{"a":"\\\\\\uDC00"}'),
        framed(b"[" * 1_900),
        framed(b'{"a":' * 300),
        framed(b'{"a":[' + b"1," * 250 + b"1]}"),
        framed(b'{"a":{"@":"raw","n":0}}'),
        framed(b'{"a":{"@":"raw","n":-1}}', struct.pack("!I", 1) + b"x"),
        framed(b'{"a":{"@":"raw","n":true}}', struct.pack("!I", 1) + b"x"),
        framed(b'{"a":{"@":"raw"}}'),
        framed(b'{"a":{"@":"dict"}}'),
        framed(b'{"a":{"@":"dict","items":[[1,2]]}}'),
        framed(b'{"a":{"@":"dict","items":[["a",2,3]]}}'),
        framed(b'{"a":{"@":"Symbol","path":"x"}}'),
        framed(b'{"a":{"@":["raw"]}}'),
        framed(b"{}", b"abc"),
        framed(b"{}", struct.pack("!I", 5) + b"abc"),
        framed(b"{}", struct.pack("!I", 1) + b"\xff"),
    ],
)
def test_forged(data: bytes) -> None:
    with pytest.raises(FrameError):
        feed(data)


def test_a_backslash_before_a_surrogate_is_text() -> None:
    assert feed(framed(json.dumps({"a": "\\ud800"}).encode())) == [{"a": "\\ud800"}]


def test_lone_surrogates_are_replaced_when_packed() -> None:
    parts: list[bytes] = []
    data = pack({"a": "x\ud800", "b": frames.text("y\udfff" * 600, parts)}, parts, FROM_GUEST)
    assert feed(data, FROM_GUEST) == [{"a": "x?", "b": "y?" * 600}]


def test_nothing_is_packed_over_its_bounds() -> None:
    too_large: list[tuple[dict[str, object], list[bytes]]] = [
        ({"a": "x" * 3_000}, []),
        ({"a": [1] * 300}, []),
        ({}, [b"x" * 5_000]),
    ]
    for message, parts in too_large:
        with pytest.raises(ValueError, match="too large"):
            pack(message, parts, SMALL)


def test_an_announced_length_takes_no_memory() -> None:
    reader = FrameReader(FROM_GUEST)
    assert list(reader.feed(frames.HEADER.pack(FROM_GUEST.json, FROM_GUEST.raw))) == []
    assert len(reader._buffer) == frames.HEADER.size


def test_unpack_refuses_too_many_values() -> None:
    with pytest.raises(FrameError):
        unpack(Frame(b'{"a":[' + b"1," * 300 + b"1]}", []), SMALL)
