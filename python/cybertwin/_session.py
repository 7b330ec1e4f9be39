"""A connection with its numbers made sense of: what a reset and a step of all lanes say."""

from __future__ import annotations

import array
import json
import secrets
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence

from . import _connection
from ._connection import Connection, EnvError
from ._layout import Layout
from ._numbers import flags, floats, np, sent, zeros

_NO_SEED = -1
_FLOAT64_BYTES = 8
_FLOAT32_BYTES = 4


class Begun(NamedTuple):
    """Rows, one a lane."""

    observations: Any
    masks: Any


class Stepped(NamedTuple):
    """Rows and numbers, one a lane; of ``finals`` one for each lane that ended and has begun anew."""

    rewards: Any
    elapsed_s: Any
    infos: Any
    observations: Any
    finals: Any
    terminated: Any
    truncated: Any
    masks: Any


class Session:
    """One server's environments."""

    def __init__(
        self,
        source: str,
        command: Optional[Sequence[str]],
        lanes: Optional[int],
        set: Optional[Mapping[str, Any]],
        agent: Optional[str],
    ) -> None:
        options = [] if lanes is None else ["--lanes", str(lanes)]
        if agent is not None:
            options += ["--agent", agent]
        for path, value in (set or {}).items():
            options += ["--set", f"{path}={value if isinstance(value, str) else json.dumps(value)}"]
        self._connection = Connection(source, command, options)
        self.greeting = self._connection.greeting
        self.observation = Layout(self.greeting.observation_space)
        self.action = Layout(self.greeting.action_space)
        self._lanes = self.greeting.lanes
        self._mask_width = self.action.mask_end if self.greeting.masked else 0
        self._seeded = False

    def first_seed(self, seed: Optional[int]) -> Optional[int]:
        """The seed itself, or one that is drawn where none has ever been given, as Gymnasium does; ``np_random_seed`` says which."""
        return secrets.randbits(31) if seed is None and not self._seeded else seed

    def reset(self, seeds: Sequence[Optional[int]], options: Optional[Mapping[str, Any]]) -> Begun:
        if options:
            raise EnvError(f"{self.greeting.name} has no options for reset, got {', '.join(map(repr, options))}")
        numbers = array.array("d", [_NO_SEED if seed is None else _seed_number(seed) for seed in seeds])
        body = self._connection.exchange(_connection.RESET, sent(numbers), _connection.BEGUN)
        self._seeded = True
        count = self._lanes * self.observation.end
        observations = floats(body, "f", 0, count)
        return Begun(_rows(observations, self.observation.end), self._masks(body, _FLOAT32_BYTES * count))

    def action_rows(self) -> Any:
        """To be filled and sent: numbers in rows, one a lane."""
        if np is None:
            return [zeros(self.action.end) for _ in range(self._lanes)]
        return np.zeros((self._lanes, self.action.end), np.float32)

    def step(self, actions: Any) -> Stepped:
        message = b"".join(map(sent, actions)) if np is None else sent(actions)
        body = self._connection.exchange(_connection.STEP, message, _connection.STEPPED)
        lanes, info_count, width = self._lanes, len(self.greeting.info_names), self.observation.end
        elapsed_at = _FLOAT64_BYTES * lanes
        infos_at = elapsed_at + _FLOAT64_BYTES * lanes
        observations_at = infos_at + _FLOAT64_BYTES * lanes * info_count
        finals_at = observations_at + _FLOAT32_BYTES * lanes * width
        flags_at = len(body) - lanes * (2 + self._mask_width)
        return Stepped(
            rewards=floats(body, "d", 0, lanes),
            elapsed_s=floats(body, "d", elapsed_at, lanes),
            infos=_rows(floats(body, "d", infos_at, lanes * info_count), info_count),
            observations=_rows(floats(body, "f", observations_at, lanes * width), width),
            finals=_rows(floats(body, "f", finals_at, (flags_at - finals_at) // _FLOAT32_BYTES), width),
            terminated=flags(body, flags_at, lanes),
            truncated=flags(body, flags_at + lanes, lanes),
            masks=self._masks(body, flags_at + 2 * lanes),
        )

    def close(self) -> None:
        self._connection.close()

    def _masks(self, body: bytearray, offset: int) -> Any:
        """None where there are no masks."""
        width = self._mask_width
        if width == 0:
            return None
        if np is not None:
            return np.frombuffer(body, np.int8, self._lanes * width, offset).reshape(self._lanes, width)
        return _rows(list(body[offset : offset + self._lanes * width]), width)


def _rows(numbers: Any, width: int) -> Any:
    if np is not None:
        return numbers.reshape(-1, width) if width > 0 else numbers.reshape(0, 0)
    rows: List[Any] = [numbers[at : at + width] for at in range(0, len(numbers), max(width, 1))]
    return rows


def _seed_number(seed: Any) -> float:
    try:
        whole = int(seed) == seed
    except (TypeError, ValueError):
        whole = False
    if not whole or seed < 0 or seed >= 2**53:
        raise EnvError(f"the seed is {seed!r}; seeds are whole numbers from 0 to {2**53 - 1}")
    return float(seed)
