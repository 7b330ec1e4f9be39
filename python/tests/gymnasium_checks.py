"""Gymnasium's own checks; run where it is installed."""

import unittest

import gymnasium
from gymnasium.utils.env_checker import check_env

import cybertwin


class Gymnasium(unittest.TestCase):
    def test_the_checker_finds_nothing_wrong(self):
        for task in ("CartPole-v1", "Pendulum-v1", "MemoryLength-v0", "ServerlessTable-v0"):
            with self.subTest(task), cybertwin.make(task) as env:
                self.assertIsInstance(env, gymnasium.Env)
                check_env(env)

    def test_wrappers_go_around_it(self):
        with gymnasium.wrappers.TimeLimit(cybertwin.make("CartPole-v1"), 3) as env:
            env.reset(seed=1)
            self.assertEqual([env.step(t % 2)[3] for t in range(3)], [False, False, True])

    def test_lanes_are_a_vector(self):
        with cybertwin.make("Pendulum-v1", lanes=2) as lanes:
            self.assertIsInstance(lanes, gymnasium.vector.VectorEnv)
            lanes.reset(seed=1)
            for _ in range(200):
                observations, *_, infos = lanes.step(lanes.action_space.sample())
                self.assertIn(observations, lanes.observation_space)
            self.assertTrue(infos["_final_obs"].all())
            self.assertIn(infos["final_obs"], lanes.observation_space)


if __name__ == "__main__":
    unittest.main()
