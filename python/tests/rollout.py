"""Plays given actions and prints what comes, in hexadecimal: python3 -m tests.rollout SOURCE LANES SEED < actions.json

A line a step: float64 rewards and elapsed times, float32 observations, flags of what terminated and was truncated.
"""

import json
import struct
import sys

import cybertwin


def line(observations, rewards, elapsed, terminated, truncated):
    flat = [float(number) for row in observations for number in row]
    numbers = struct.pack(f"<{2 * len(rewards)}d{len(flat)}f", *rewards, *elapsed, *flat)
    return (numbers + bytes(map(int, terminated)) + bytes(map(int, truncated))).hex()


def main(source, lanes, seed):
    steps = json.load(sys.stdin)
    if lanes > 1:
        with cybertwin.make(source, lanes=lanes) as envs:
            envs.reset(seed=seed)
            for actions in steps:
                observations, rewards, terminated, truncated, infos = envs.step(actions)
                print(line(observations, rewards, infos["elapsed_s"], terminated, truncated))
        return
    with cybertwin.make(source) as env:
        env.reset(seed=seed)
        for (action,) in steps:
            observation, reward, terminated, truncated, info = env.step(action)
            if terminated or truncated:
                observation, _ = env.reset()
            print(line([observation], [reward], [info["elapsed_s"]], [terminated], [truncated]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
