"""Arrays of numbers in the bytes of a frame: NumPy's where it is installed, else Python's own."""

from __future__ import annotations

import array
import sys
from typing import Any

try:
    import numpy as np
except ImportError:
    np = None  # type: ignore[assignment]

_BYTES = {"d": 8, "f": 4}


def floats(body: bytearray, code: str, offset: int, count: int) -> Any:
    """Little-endian numbers as an array: code "d" is float64, "f" float32. NumPy's share the body's memory."""
    if np is not None:
        stored = np.frombuffer(body, dtype=f"<{code}", count=count, offset=offset)
        return stored.astype(code, copy=False)  # a copy only where the machine is big-endian
    numbers = array.array(code, bytes(memoryview(body)[offset : offset + count * _BYTES[code]]))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def flags(body: bytearray, offset: int, count: int) -> Any:
    """Bytes 0 and 1 as booleans: an array of NumPy's, or a list."""
    if np is not None:
        return np.frombuffer(body, dtype=np.bool_, count=count, offset=offset)
    return [byte != 0 for byte in body[offset : offset + count]]


def zeros(count: int) -> "array.array[float]":
    """Float32 numbers to be filled and sent."""
    return array.array("f", bytes(4 * count))


def sent(numbers: Any) -> bytes:
    """Numbers as little-endian bytes."""
    if sys.byteorder == "big":
        numbers = array.array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def is_whole(x: Any) -> bool:
    """Whether x is an integer, Python's or NumPy's."""
    return isinstance(x, int) or (np is not None and isinstance(x, np.integer))
