"""Steps a second through the bridge: python3 python/bench.py [source] [lanes ...]"""

import pathlib
import sys
import time

import cybertwin
from cybertwin._numbers import np

LEAST_S = 3.0


def steps_per_s(source: str, lanes: int) -> float:
    """Random actions, drawn beforehand; episodes begin anew where they end."""
    env = cybertwin.make(source, lanes=lanes)
    with env:
        env.action_space.seed(1)
        actions = [env.action_space.sample() for _ in range(64)]
        env.reset(seed=1)
        count, begin_s = 0, time.perf_counter()
        while time.perf_counter() - begin_s < LEAST_S:
            for action in actions:
                _, _, terminated, truncated, _ = env.step(action)
                if lanes == 1 and (terminated or truncated):
                    env.reset()
            count += lanes * len(actions)
        return count / (time.perf_counter() - begin_s)


def main(source: str = "CartPole-v1", *lanes: str) -> None:
    numbers = "NumPy" if np is not None else "no NumPy"
    print(f"{pathlib.Path(source).name}, Python {sys.version.split()[0]}, {numbers}")
    for count in [int(text) for text in lanes] or [1, 64]:
        print(f"{count:4d} lanes: {steps_per_s(source, count):9,.0f} steps/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
