"""Values of a space in the numbers of a frame, one row a lane: where each lies, and back.

A value of one lane is what the space says: an array of a box, a whole number of a choice, a dictionary. Values of all lanes are
Gymnasium's batches where NumPy is installed (arrays with a row a lane), else a list with the value of each lane.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ._connection import EnvError
from ._gym import spaces
from ._numbers import np, zeros


class Layout:
    """Some neighbouring slots of a row, and the entries of their choices in a row of masks."""

    def __init__(self, described: Mapping[str, Any], start: int = 0, mask_start: int = 0) -> None:
        self.kind: str = described["kind"]
        self.members: Dict[str, Layout] = {}
        self.names: List[str] = []
        """Of the slots; a member's name and a dot before those of its own."""
        self.scales: List[Optional[str]] = []
        """"linear" or "log" for a real number, None for a choice."""
        counts: List[int] = []
        if self.kind == "dict":
            at, mask_at = start, mask_start
            for member in described["members"]:
                part = Layout(member["space"], at, mask_at)
                self.members[member["name"]] = part
                self.names += [f"{member['name']}.{name}" for name in part.names]
                self.scales += part.scales
                at, mask_at = part.end, part.mask_end
            self.space = spaces.Dict({name: part.space for name, part in self.members.items()})
            self.end, self.mask_end = at, mask_at
        else:
            slots = described["slots"]
            self.names = [slot["name"] for slot in slots]
            self.scales = [slot.get("scale") for slot in slots]
            counts = [slot["count"] for slot in slots if "count" in slot]
            self.space = _leaf_space(self.kind, slots, counts)
            self.end, self.mask_end = start + len(slots), mask_start + sum(counts)
        self.counts = counts
        self.start, self.mask_start = start, mask_start

    def value(self, row: Any) -> Any:
        """The value of one lane."""
        if self.kind == "dict":
            return {name: part.value(row) for name, part in self.members.items()}
        own = row[self.start : self.end]
        if self.kind == "box":
            return own
        if self.kind == "discrete":
            return int(own[0])
        return [int(number) for number in own] if np is None else own.astype(np.int64)

    def values(self, rows: Any) -> Any:
        """The values of all lanes."""
        if np is None:
            return [self.value(row) for row in rows]
        if self.kind == "dict":
            return {name: part.values(rows) for name, part in self.members.items()}
        own = rows[:, self.start : self.end]
        if self.kind == "box":
            return own
        whole = own.astype(np.int64)
        return whole[:, 0] if self.kind == "discrete" else whole

    def put(self, value: Any, row: Any, what: str = "action") -> None:
        """Write the value of one lane. Raises EnvError if it has not the shape of one."""
        if self.kind == "dict":
            if not isinstance(value, Mapping) or value.keys() != self.members.keys():
                raise EnvError(f"the {what} must be a dictionary of {', '.join(self.members)}, got {value!r}")
            for name, part in self.members.items():
                part.put(value[name], row, f"{what} {name}")
            return
        numbers = _numbers_of(value)
        if numbers is None or len(numbers) != self.end - self.start:
            raise EnvError(f"the {what} needs {_shape(self.end - self.start)} ({', '.join(self.names)}), got {value!r}")
        for i, number in enumerate(numbers):
            row[self.start + i] = number

    def put_all(self, values: Any, rows: Any) -> None:
        """Write the values of all lanes. Raises EnvError if they have not the shape of such."""
        if isinstance(values, Mapping) and self.kind == "dict" and values.keys() == self.members.keys():
            for name, part in self.members.items():
                part.put_all(values[name], rows)
            return
        if not hasattr(values, "__len__") or isinstance(values, Mapping) or len(values) != len(rows):
            raise EnvError(f"there are {len(rows)} lanes: give an action for each, got {values!r}")
        if np is not None and self.kind != "dict":
            try:
                rows[:, self.start : self.end] = np.asarray(values, np.float32).reshape(len(rows), self.end - self.start)
                return
            except (TypeError, ValueError):
                pass  # lane by lane, to say which is wrong
        for lane, (value, row) in enumerate(zip(values, rows)):
            self.put(value, row, f"action of lane {lane}")

    def mask(self, row: Any) -> Any:
        """The mask of one lane in the form that ``space.sample(mask)`` takes; None where there is no choice."""
        if self.kind == "dict":
            return {name: part.mask(row) for name, part in self.members.items()}
        if self.kind == "box":
            return None
        parts = [row[at : at + count] if np is None else row[..., at : at + count] for at, count in zip(self._mask_offsets(), self.counts)]
        return parts[0] if self.kind == "discrete" else tuple(parts)

    def masks(self, rows: Any) -> Any:
        """The masks of all lanes: the same form, of arrays with a row a lane; without NumPy a list with the mask of each."""
        return [self.mask(row) for row in rows] if np is None else self.mask(rows)

    def _mask_offsets(self) -> Sequence[int]:
        offsets = [self.mask_start]
        for count in self.counts:
            offsets.append(offsets[-1] + count)
        return offsets


def _leaf_space(kind: str, slots: Sequence[Mapping[str, Any]], counts: Sequence[int]) -> Any:
    if kind == "discrete":
        return spaces.Discrete(counts[0])
    if kind == "multi-discrete":
        return spaces.MultiDiscrete(list(counts))
    low, high = zeros(len(slots)), zeros(len(slots))
    for i, slot in enumerate(slots):
        low[i], high[i] = float(slot["low"]), float(slot["high"])  # also of the text "-Infinity"
    if np is None:
        return spaces.Box(low, high)
    return spaces.Box(np.array(low), np.array(high))


def _numbers_of(value: Any) -> Optional[Sequence[float]]:
    """The numbers that a value is made of; None where it is something else."""
    if isinstance(value, (str, bytes)):
        return None
    try:
        if np is not None and isinstance(value, (np.ndarray, np.generic)):
            return np.asarray(value, dtype=np.float32).ravel().tolist()
        return [float(number) for number in value] if hasattr(value, "__len__") else [float(value)]
    except (TypeError, ValueError):
        return None


def _shape(width: int) -> str:
    return "one number" if width == 1 else f"{width} numbers"
