"""What a plugin with the optional abilities `Encoder`, `Transcoder` and `Replacer` must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsynth import alphabet
from gsynth.plugins import Encoder, Replacer, Sampler, Transcoder
from gsynth.testing import oracle
from gsynth.testing.clauses import asking, require, require_equal
from gsynth.testing.strategies import Replacing, deterministic, replacings

# Around the widths of vectors, around the counts that fit a byte, and more than fit 16 bits.
LENGTHS = [0, 1, 63, 64, 65, 255, 256, 257, 70_001]
GUARD = 16
GUARD_BYTE = ord("C")
"""Surrounds the array that is written to; a base, so that a k-mer may seem to continue there."""


def bytes_of(text: bytes) -> NDArray[np.uint8]:
    """Bytes as a read-only uint8[n]."""
    return np.frombuffer(text, dtype=np.uint8)


def guarded(content: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A copy of `content` between bytes that are not part of it, and the whole buffer."""
    buffer = np.full(content.size + 2 * GUARD, GUARD_BYTE, dtype=np.uint8)
    inner = buffer[GUARD : GUARD + content.size]
    inner[:] = content
    return inner, buffer


def require_guards(buffer: NDArray[np.uint8]) -> None:
    """Fail if anything outside the output was written to."""
    __tracebackhide__ = True
    kept = (buffer[:GUARD] == GUARD_BYTE).all() and (buffer[-GUARD:] == GUARD_BYTE).all()
    require(bool(kept), "inputs", "bytes outside the output changed")


def codes_of_bases(bases: bytes) -> list[int]:
    """The codes of ASCII bases of either case, 4 for anything else.

    Examples
    --------
    >>> codes_of_bases(b"ACGTacgtN\\xff")
    [0, 1, 2, 3, 0, 1, 2, 3, 4, 4]
    """
    codes = {**{ord(base): code for code, base in enumerate("ACGT")}, **{ord(b): c for c, b in enumerate("acgt")}}
    return [codes.get(base, 4) for base in bases]


def bases_of_codes(codes: Sequence[int]) -> bytes:
    """The upper-case ASCII bases of codes 0..4.

    Examples
    --------
    >>> bases_of_codes([0, 1, 2, 3, 4])
    b'ACGTN'
    """
    return bytes(ord("ACGTN"[code]) for code in codes)


class EncoderChecks:
    """The tests of `Encoder`, a part of the suites of counters, samplers and scorers."""

    @pytest.fixture
    def encoder(self) -> Encoder:
        """The plugin under test, if it has the ability."""
        raise NotImplementedError("override the fixture `encoder`")

    @deterministic
    @given(text=st.binary(max_size=300) | st.text("ACGTacgtN", max_size=300).map(str.encode))
    def test_encode_any_bytes(self, encoder: Encoder, text: bytes) -> None:
        check_encode(encoder, bytes_of(text))

    @pytest.mark.parametrize("size", LENGTHS)
    def test_encode_any_length(self, encoder: Encoder, size: int) -> None:
        # Only N, only lower case, and every byte: a kernel may have a short cut for each.
        rng = np.random.default_rng(size)
        for letters in (b"N", b"acgt", bytes(range(256))):
            check_encode(encoder, bytes_of(letters)[rng.integers(0, len(letters), size)])

    # A table of 128 letters, or one that drops the highest bit, takes some of the upper half for bases.
    def test_encode_every_byte(self, encoder: Encoder) -> None:
        check_encode(encoder, np.arange(256, dtype=np.uint8))


class TranscoderChecks(EncoderChecks):
    """The tests of `Transcoder`, a part of `SamplerConformance`."""

    @pytest.fixture
    def encoder(self, sampler: Sampler) -> Encoder:
        """The sampler, if it has the ability."""
        if not isinstance(sampler, Encoder):
            pytest.skip("the sampler does not have the optional ability Encoder (encode)")
        return sampler

    @pytest.fixture
    def transcoder(self, sampler: Sampler) -> Transcoder:
        """The sampler, if it has the ability."""
        if not isinstance(sampler, Transcoder):
            pytest.skip("the sampler does not have the optional ability Transcoder (encode, decode)")
        return sampler

    @pytest.mark.parametrize("size", LENGTHS)
    def test_decode_any_length(self, transcoder: Transcoder, size: int) -> None:
        check_decode(transcoder, np.random.default_rng(size).integers(0, 5, size).astype(np.uint8))

    def test_decode(self, transcoder: Transcoder) -> None:
        check_decode(transcoder, np.array([0, 1, 2, 3, 4, 4, 3, 2, 1, 0], dtype=np.uint8))


def check_encode(encoder: Encoder, bases: NDArray[np.uint8]) -> None:
    """Compare with plain look-ups, and those with `gsynth.alphabet`."""
    __tracebackhide__ = True
    # Read-only, as the bytes of a memory-mapped genome are; 99 is not a code, so a cell that is left out shows.
    case = bases.tobytes()[:200]
    given_bases = bases.copy()
    given_bases.flags.writeable = False
    out, buffer = guarded(np.full(bases.size, 99, dtype=np.uint8))
    with asking("encode", lambda: f"encode of {case!r}"):
        unknown: object = encoder.encode(given_bases, out)
    expected = np.array(codes_of_bases(bases.tobytes()), dtype=np.uint8)
    require_equal(out, expected, "encode", case)
    require_equal(alphabet.encode(bases), expected, "encode", "gsynth.alphabet")
    # Not a NumPy integer: some of those wrap around when the core adds them up.
    require(type(unknown) is int, "encode", f"{unknown!r} was returned, expected an int, for {case!r}")
    count = expected.tolist().count(4)
    require(unknown == count, "encode", f"{unknown} was returned, expected {count}, for {case!r}")
    require_guards(buffer)


def check_decode(transcoder: Transcoder, codes: NDArray[np.uint8]) -> None:
    """Compare with plain look-ups, and those with `gsynth.alphabet`."""
    __tracebackhide__ = True
    given_codes = codes.copy()
    given_codes.flags.writeable = False
    out, buffer = guarded(np.full(codes.size, 99, dtype=np.uint8))
    with asking("decode", lambda: f"decode of {codes[:200].tolist()}"):
        returned: object = transcoder.decode(given_codes, out)  # type: ignore[func-returns-value]  # the contract is being tested
    expected = bytes_of(bases_of_codes(codes.tolist()))
    require_equal(out, expected, "decode", codes[:200].tolist())
    require_equal(alphabet.decode(codes), expected, "decode", "gsynth.alphabet")
    require(returned is None, "decode", f"{returned!r} was returned, expected None")
    require_guards(buffer)


class ReplacerChecks:
    """The tests of `Replacer`, a part of `SamplerConformance`."""

    @pytest.fixture
    def replacer(self, sampler: Sampler) -> Replacer:
        """The sampler, if it has the ability."""
        if not isinstance(sampler, Replacer):
            pytest.skip("the sampler does not have the optional ability Replacer (replace)")
        return sampler

    @settings(deterministic, max_examples=300)
    @given(work=replacings())
    def test_replace_any_bases(self, replacer: Replacer, work: Replacing) -> None:
        check_replace(replacer, *work)

    @pytest.mark.parametrize(
        ("bases", "target", "replacement"),
        [
            (b"", b"CG", b"GC"),
            (b"C", b"CG", b"GC"),
            (b"CG", b"CG", b"GC"),
            (b"GC", b"CG", b"GC"),
            (b"CCCGCGNCGACCGG", b"CG", b"GC"),
            (b"ACGCGT", b"CG", b"TG"),
            (b"AAAA", b"A", b"T"),
            (b"ACAACA", b"ACA", b"AAC"),  # a replacement makes a target one base on
            (b"ACACACA", b"ACA", b"CAA"),
            (b"AAAAC\xff\x00CCG", b"CCG", b"GCC"),
            (b"AACAAC", b"AACAAC", b"CAAAAC"),
        ],
    )
    def test_replace(self, replacer: Replacer, bases: bytes, target: bytes, replacement: bytes) -> None:
        check_replace(replacer, bases, target, replacement)

    def test_replace_run_by_run(self, replacer: Replacer) -> None:
        # Runs that end at every place in a machine word of eight bytes, where a kernel may look at once.
        for size in (2, 3, 7, 8, 9, 17):
            for second in range(size):
                text = b"C" * second + b"G" * (size - second)
                check_replace(replacer, b"A" + text + b"T" + text, b"CG", b"GC")
                check_replace(replacer, text, b"CCG", b"GCC")

    @pytest.mark.parametrize(("target", "replacement"), [(b"CG", b"GC"), (b"GATC", b"CTAG"), (b"CACA", b"AACC")])
    def test_replace_in_a_long_sequence(self, replacer: Replacer, target: bytes, replacement: bytes) -> None:
        rng = np.random.default_rng(4)
        letters = bytes_of(b"ACGTN")[rng.choice(5, p=[0.35, 0.35, 0.14, 0.14, 0.02], size=9_000)].tobytes()
        # In parts, because the oracle is slow; nothing is replaced across an N.
        expected = "N".join(
            oracle.replace_kmer(part, target.decode(), replacement.decode()) for part in letters.decode().split("N")
        )
        require_replaced(replacer, letters, target, replacement, expected.encode())

    @pytest.mark.parametrize("size", [4_001, 30_001])
    def test_replace_at_the_end_of_a_long_run(self, replacer: Replacer, size: int) -> None:
        # One replacement in each pass, so repeated whole passes would take quadratic time.
        run = b"C" * (size - 1)
        require_replaced(replacer, run + b"G", b"CG", b"GC", b"G" + run)
        require_replaced(replacer, run + b"G", b"CCG", b"GCC", b"G" + run)
        # The number of replacements is the product of the lengths of both halves.
        require_replaced(replacer, run[:150] + b"G" * 150, b"CG", b"GC", b"G" * 150 + run[:150])


def check_replace(replacer: Replacer, bases: bytes, target: bytes, replacement: bytes) -> None:
    """Compare with the oracle."""
    __tracebackhide__ = True
    # latin-1: one character for each byte, whatever it is.
    words: Any = (text.decode("latin-1") for text in (bases, target, replacement))
    require_replaced(replacer, bases, target, replacement, oracle.replace_kmer(*words).encode("latin-1"))


def require_replaced(replacer: Replacer, bases: bytes, target: bytes, replacement: bytes, expected: bytes) -> None:
    """Call the replacer on read-only words; compare."""
    __tracebackhide__ = True
    found, buffer = guarded(bytes_of(bases))
    case = f"{target!r} by {replacement!r} in {bases[:200]!r}"
    with asking("replace", lambda: f"replace of {case}"):
        returned: object = replacer.replace(  # type: ignore[func-returns-value]  # the contract is being tested
            found, bytes_of(target), bytes_of(replacement)
        )
    require_equal(found, bytes_of(expected), "replace", case)
    require(returned is None, "replace", f"{returned!r} was returned, expected None")
    require_guards(buffer)
