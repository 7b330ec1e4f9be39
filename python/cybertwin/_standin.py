"""What is used of Gymnasium, for where it is not installed: spaces, the base classes, the names of autoreset modes."""

from __future__ import annotations

import copy
import enum
import math
import random
from typing import Any, Dict as DictType, List, Mapping, Optional, Sequence

from ._numbers import is_whole, np


class AutoresetMode(enum.Enum):
    """When a lane that has ended begins anew."""

    NEXT_STEP = "NextStep"
    SAME_STEP = "SameStep"
    DISABLED = "Disabled"


class Space:
    """Something that values are drawn from."""

    def __init__(self) -> None:
        self._random = random.Random()

    def seed(self, seed: Optional[int] = None) -> None:
        """Seed the draws of ``sample``."""
        self._random.seed(seed)

    def sample(self, mask: Any = None) -> Any:
        """Draw a value, uniformly where that is possible; choices among those that the mask allows."""
        raise NotImplementedError

    def contains(self, x: Any) -> bool:
        """Whether a value is one of this space."""
        raise NotImplementedError

    def __contains__(self, x: Any) -> bool:
        return self.contains(x)


class Box(Space):
    """Real numbers between bounds, which may be infinite."""

    def __init__(self, low: Sequence[float], high: Sequence[float]) -> None:
        super().__init__()
        self.low, self.high = low, high
        self.shape = (len(low),)

    def sample(self, mask: Any = None) -> Any:
        drawn = [_real(self._random, float(low), float(high)) for low, high in zip(self.low, self.high)]
        return drawn if np is None else np.array(drawn, dtype=np.float32)

    def contains(self, x: Any) -> bool:
        try:
            return len(x) == len(self.low) and all(low <= value <= high for low, value, high in zip(self.low, x, self.high))
        except TypeError:
            return False

    def __repr__(self) -> str:
        return f"Box({list(self.low)}, {list(self.high)})"


def _real(rng: random.Random, low: float, high: float) -> float:
    """As Gymnasium draws: uniform, shifted exponential, or normal, by how many bounds are finite."""
    if math.isfinite(low) and math.isfinite(high):
        return min(max(rng.uniform(low, high), low), high)
    if math.isfinite(low):
        return low + rng.expovariate(1)
    if math.isfinite(high):
        return high - rng.expovariate(1)
    return rng.gauss(0, 1)


class Discrete(Space):
    """One choice out of n."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def sample(self, mask: Any = None) -> int:
        if mask is None:
            return self._random.randrange(self.n)
        return self._random.choice([value for value in range(self.n) if mask[value]])

    def contains(self, x: Any) -> bool:
        return is_whole(x) and 0 <= x < self.n

    def __repr__(self) -> str:
        return f"Discrete({self.n})"


class MultiDiscrete(Space):
    """Several choices at once."""

    def __init__(self, nvec: Sequence[int]) -> None:
        super().__init__()
        self.nvec = list(nvec)
        self.shape = (len(self.nvec),)
        self._parts = [Discrete(n) for n in self.nvec]

    def seed(self, seed: Optional[int] = None) -> None:
        _seed_parts(self._parts, seed)

    def sample(self, mask: Any = None) -> Any:
        drawn = [part.sample(None if mask is None else mask[i]) for i, part in enumerate(self._parts)]
        return drawn if np is None else np.array(drawn, dtype=np.int64)

    def contains(self, x: Any) -> bool:
        try:
            return len(x) == len(self._parts) and all(part.contains(value) for part, value in zip(self._parts, x))
        except TypeError:
            return False

    def __repr__(self) -> str:
        return f"MultiDiscrete({self.nvec})"


class Dict(Space):
    """Named spaces side by side."""

    def __init__(self, spaces: Mapping[str, Space]) -> None:
        super().__init__()
        self.spaces = dict(spaces)

    def seed(self, seed: Optional[int] = None) -> None:
        _seed_parts(list(self.spaces.values()), seed)

    def sample(self, mask: Any = None) -> DictType[str, Any]:
        return {name: space.sample(None if mask is None else mask[name]) for name, space in self.spaces.items()}

    def contains(self, x: Any) -> bool:
        return isinstance(x, Mapping) and x.keys() == self.spaces.keys() and all(x[name] in space for name, space in self.spaces.items())

    def __getitem__(self, name: str) -> Space:
        return self.spaces[name]

    def __repr__(self) -> str:
        return f"Dict({self.spaces})"


class Lanes(Space):
    """A value of one space for each lane of a vector."""

    def __init__(self, space: Space, n: int) -> None:
        super().__init__()
        self.space, self.n = space, n

    def seed(self, seed: Optional[int] = None) -> None:
        self.space.seed(seed)

    def sample(self, mask: Any = None) -> List[Any]:
        return [self.space.sample(None if mask is None else mask[lane]) for lane in range(self.n)]

    def contains(self, x: Any) -> bool:
        try:
            return len(x) == self.n and all(self.space.contains(value) for value in x)
        except TypeError:
            return False

    def __repr__(self) -> str:
        return f"Lanes({self.space}, {self.n})"


def batch_space(space: Space, n: int) -> Lanes:
    """The space of a vector of n lanes; draws apart from those of ``space``."""
    return Lanes(copy.deepcopy(space), n)


def _seed_parts(parts: Sequence[Space], seed: Optional[int]) -> None:
    seeds = random.Random(seed)
    for part in parts:
        part.seed(seeds.getrandbits(32))


class BaseEnv:
    """What both kinds of environment share."""

    metadata: DictType[str, Any] = {"render_modes": []}
    render_mode: Optional[str] = None
    spec: None = None
    np_random_seed: Optional[int] = None

    def reset(self, *, seed: Optional[int] = None, options: Optional[Mapping[str, Any]] = None) -> Any:
        if seed is not None:
            self.np_random_seed = seed

    @property
    def unwrapped(self) -> Any:
        return self

    def close(self) -> None:
        raise NotImplementedError


class BaseVectorEnv(BaseEnv):
    """The same for several lanes."""

    closed = False

    def close(self, **kwargs: Any) -> None:
        if not self.closed:
            self.close_extras(**kwargs)
            self.closed = True

    def close_extras(self, **kwargs: Any) -> None:
        raise NotImplementedError
