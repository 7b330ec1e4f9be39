"""Several environments that step together, with Gymnasium's vector API."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

from ._connection import EnvError
from ._gym import AutoresetMode, BaseVectorEnv, batch_space
from ._numbers import np
from ._session import Session, Stepped


class VectorEnv(BaseVectorEnv):  # type: ignore[misc,valid-type]
    """Lanes of one environment in one process: a step of all of them is one message each way.

    A lane that ends begins its next episode in the same step (``AutoresetMode.SAME_STEP``): its observation is the first of that,
    ``infos["final_obs"]`` holds its last one where ``infos["_final_obs"]`` is true, and ``infos["final_info"]`` what its last step said.
    ``infos`` holds ``elapsed_s`` and the environment's own numbers of every lane's step, and ``action_mask`` for the next one.

    With NumPy batches are arrays with a row a lane, as Gymnasium's; without it they are lists with the value of each lane.

    Args:
        source, command, set, agent: as for ``Env``.
        lanes: how many.
    """

    metadata: Dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}
    render_mode = None

    def __init__(
        self,
        source: str,
        *,
        lanes: int,
        command: Optional[Sequence[str]] = None,
        set: Optional[Mapping[str, Any]] = None,
        agent: Optional[str] = None,
    ) -> None:
        self.closed = True  # until there is something to close
        self._session = Session(source, command, lanes, set, agent)
        self.closed = False
        self.name: str = self._session.greeting.name
        self.num_envs: int = self._session.greeting.lanes
        self.single_observation_space = self._session.observation.space
        self.single_action_space = self._session.action.space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.observation_names = tuple(self._session.observation.names)
        self.action_names = tuple(self._session.action.names)
        self.action_scales = tuple(self._session.action.scales)
        self.step_s: float = self._session.greeting.step_s

    def reset(
        self, *, seed: Union[int, Sequence[Optional[int]], None] = None, options: Optional[Mapping[str, Any]] = None
    ) -> Tuple[Any, Dict[str, Any]]:
        """Begin an episode in every lane: of ``seed + i`` in lane i, of the seeds of a list, or the next one of each lane's last seed."""
        if isinstance(seed, (list, tuple)):
            if len(seed) != self.num_envs:
                raise EnvError(f"there are {self.num_envs} lanes and {len(seed)} seeds; give one for each lane, or a single one")
            seeds: Sequence[Optional[int]] = seed
            first = None
        else:
            first = self._session.first_seed(seed)  # type: ignore[arg-type]
            seeds = [None if first is None else first + lane for lane in range(self.num_envs)]
        observations, masks = self._session.reset(seeds, options)
        super().reset(seed=first)
        return self._session.observation.values(observations), self._with_masks({}, masks)

    def step(self, actions: Any) -> Tuple[Any, Any, Any, Any, Dict[str, Any]]:
        """Act in every lane: observations, rewards, terminations, truncations, infos.

        Raises:
            EnvError: if one lane's action is refused; no lane has moved then.
        """
        session = self._session
        rows = session.action_rows()
        session.action.put_all(actions, rows)
        said = session.step(rows)
        infos = self._with_masks(self._infos(said), said.masks)
        return session.observation.values(said.observations), said.rewards, said.terminated, said.truncated, infos

    def _infos(self, said: Stepped) -> Dict[str, Any]:
        infos: Dict[str, Any] = {}
        everywhere = self._everywhere()
        self._say(infos, "elapsed_s", said.elapsed_s, everywhere)
        for i, name in enumerate(self._session.greeting.info_names):
            self._say(infos, name, said.infos[:, i] if np is not None else [row[i] for row in said.infos], everywhere)
        if len(said.finals) > 0:
            where = self._ended(said)
            final_info: Dict[str, Any] = {}
            for name in ("elapsed_s", *self._session.greeting.info_names):
                self._say(final_info, name, infos[name], where)
            self._say(infos, "final_obs", self._finals(said, where), where)
            self._say(infos, "final_info", final_info, where)
        return infos

    def _finals(self, said: Stepped, where: Any) -> Any:
        """Last observations of the lanes that ended; zeros, or None without NumPy, for the others."""
        if np is None:
            rows = iter(said.finals)
            return [self._session.observation.value(next(rows)) if ended else None for ended in where]
        finals = np.zeros_like(said.observations)
        finals[where] = said.finals
        return self._session.observation.values(finals)

    def _with_masks(self, infos: Dict[str, Any], masks: Any) -> Dict[str, Any]:
        if masks is not None:
            self._say(infos, "action_mask", self._session.action.masks(masks), self._everywhere())
        return infos

    def _everywhere(self) -> Any:
        return [True] * self.num_envs if np is None else np.ones(self.num_envs, np.bool_)

    @staticmethod
    def _ended(said: Stepped) -> Any:
        if np is not None:
            return said.terminated | said.truncated
        return [terminated or truncated for terminated, truncated in zip(said.terminated, said.truncated)]

    @staticmethod
    def _say(infos: Dict[str, Any], name: str, value: Any, where: Any) -> None:
        """Gymnasium's form: beside each entry, which lanes have it."""
        infos[name] = value
        infos[f"_{name}"] = where

    def close_extras(self, **_kwargs: Any) -> None:
        """End their process."""
        self._session.close()

    def __enter__(self) -> "VectorEnv":
        return self

    def __exit__(self, *_error: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<cybertwin.VectorEnv {self.name}, {self.num_envs} lanes>"
