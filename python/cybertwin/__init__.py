"""Cybertwin's scenarios and reference tasks as Gymnasium environments.

The simulator runs in a process of its own, ``cybertwin env serve``; this package talks to it and needs nothing but Python.
Where NumPy is installed, values are its arrays; where Gymnasium is, environments are its ``Env`` and ``VectorEnv``.
"""

from __future__ import annotations

from typing import Any, Literal, Mapping, Optional, Sequence, Union, overload

from ._connection import EnvError
from ._gym import AutoresetMode, spaces
from .env import Env
from .vector import VectorEnv

__all__ = ["AutoresetMode", "Env", "EnvError", "VectorEnv", "make", "spaces"]


@overload
def make(
    source: str,
    *,
    command: Optional[Sequence[str]] = ...,
    lanes: Literal[1] = ...,
    set: Optional[Mapping[str, Any]] = ...,
    agent: Optional[str] = ...,
) -> Env: ...
@overload
def make(
    source: str,
    *,
    command: Optional[Sequence[str]] = ...,
    lanes: int,
    set: Optional[Mapping[str, Any]] = ...,
    agent: Optional[str] = ...,
) -> Union[Env, VectorEnv]: ...
def make(
    source: str,
    *,
    command: Optional[Sequence[str]] = None,
    lanes: int = 1,
    set: Optional[Mapping[str, Any]] = None,
    agent: Optional[str] = None,
) -> Union[Env, VectorEnv]:
    """Start an environment, or a vector of ``lanes`` of them.

    Args:
        source: the file of a scenario with an ``external`` controller, or a task's id such as ``"CartPole-v1"``.
        command: how to run Cybertwin; default ``$CYBERTWIN``, else ``("npx", "--no", "cybertwin")``, which downloads nothing.
        lanes: 1 gives an ``Env``, more give a ``VectorEnv`` whose lanes are stepped by one message.
        set: values of the scenario to change, by path: ``{"workloads.web.arrivals.rate": "80 req/s"}``.
        agent: the external controller that is played, where the scenario has several.

    Raises:
        EnvError: if it does not start; says why.
    """
    if lanes == 1:
        return Env(source, command=command, set=set, agent=agent)
    return VectorEnv(source, lanes=lanes, command=command, set=set, agent=agent)
