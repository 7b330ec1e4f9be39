"""One environment, with Gymnasium's API."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from ._gym import BaseEnv
from ._session import Session


class Env(BaseEnv):  # type: ignore[misc,valid-type]
    """A scenario or a reference task that runs in a process of its own.

    Observations are float32 arrays, whole numbers or dictionaries, as ``observation_space`` says. ``info`` holds ``elapsed_s``, the
    simulated time that the step took, the environment's own numbers by name, and ``action_mask`` where it says which choices are
    allowed next: in the form that ``action_space.sample`` takes.

    Args:
        source: the file of a scenario with an ``external`` controller, or a task's id such as ``"CartPole-v1"``.
        command: how to run Cybertwin; default ``$CYBERTWIN``, else ``("npx", "--no", "cybertwin")``, which downloads nothing.
        set: values of the scenario to change, by path.
        agent: the external controller that is played, where the scenario has several.

    Raises:
        EnvError: if it does not start; says why.
    """

    metadata: Dict[str, Any] = {"render_modes": []}
    render_mode = None

    def __init__(
        self,
        source: str,
        *,
        command: Optional[Sequence[str]] = None,
        set: Optional[Mapping[str, Any]] = None,
        agent: Optional[str] = None,
    ) -> None:
        self._session = Session(source, command, None, set, agent)
        self.name: str = self._session.greeting.name
        self.observation_space = self._session.observation.space
        self.action_space = self._session.action.space
        self.observation_names = tuple(self._session.observation.names)
        """What each number of an observation is, unit last."""
        self.action_names = tuple(self._session.action.names)
        self.action_scales = tuple(self._session.action.scales)
        """For each real number of an action, on which scale a policy's [-1, 1] is best stretched onto its bounds: "linear" or "log"."""
        self.step_s: float = self._session.greeting.step_s
        """Nominal seconds between decisions. A discount per step is per this time."""

    def reset(self, *, seed: Optional[int] = None, options: Optional[Mapping[str, Any]] = None) -> Tuple[Any, Dict[str, Any]]:
        """Begin an episode: the first of ``seed``, or the next of the last seed.

        Where there has never been a seed, one is drawn; ``np_random_seed`` says which.
        """
        seed = self._session.first_seed(seed)
        observations, masks = self._session.reset([seed], options)
        super().reset(seed=seed)
        return self._session.observation.value(observations[0]), self._with_mask({}, masks)

    def step(self, action: Any) -> Tuple[Any, float, bool, bool, Dict[str, Any]]:
        """Act: observation, reward, terminated, truncated, info.

        Raises:
            EnvError: for an action outside the space or one that the mask forbids (nothing has moved then), and after the end.
        """
        session = self._session
        rows = session.action_rows()
        session.action.put(action, rows[0])
        said = session.step(rows)
        info = {"elapsed_s": float(said.elapsed_s[0])}
        for i, name in enumerate(session.greeting.info_names):
            info[name] = float(said.infos[0][i])
        observation = session.observation.value(said.observations[0])
        return observation, float(said.rewards[0]), bool(said.terminated[0]), bool(said.truncated[0]), self._with_mask(info, said.masks)

    def _with_mask(self, info: Dict[str, Any], masks: Any) -> Dict[str, Any]:
        if masks is not None:
            info["action_mask"] = self._session.action.mask(masks[0])
        return info

    def close(self) -> None:
        """End its process. May be called again."""
        self._session.close()

    def __enter__(self) -> "Env":
        return self

    def __exit__(self, *_error: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<cybertwin.Env {self.name}>"
