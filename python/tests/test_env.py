"""Environments of the real server."""

import unittest

import cybertwin
from cybertwin import EnvError
from cybertwin._numbers import np


def plain(value):
    return [float(number) for number in value]


class OneEnvironment(unittest.TestCase):
    def test_plays_equal_seeds_equally_and_tells_the_next_episode_apart(self):
        with cybertwin.make("CartPole-v1") as env:
            first, info = env.reset(seed=3)
            self.assertEqual(info, {})
            self.assertIn(first, env.observation_space)
            again, _ = env.reset()
            self.assertNotEqual(plain(again), plain(first))
            once_more, _ = env.reset(seed=3)
            self.assertEqual(plain(once_more), plain(first))

    def test_a_step_says_what_gymnasium_says(self):
        with cybertwin.make("CartPole-v1") as env:
            env.reset(seed=1)
            observation, reward, terminated, truncated, info = env.step(1)
            self.assertIn(observation, env.observation_space)
            self.assertEqual((reward, terminated, truncated, info), (1.0, False, False, {"elapsed_s": 0.02}))
            self.assertIs(type(terminated), bool)
            self.assertEqual(env.observation_names, ("positionM", "speedMPerS", "angleRad", "speedRadPerS"))
            self.assertEqual((env.step_s, env.action_names, env.action_scales), (0.02, ("push",), (None,)))

    def test_without_a_seed_it_draws_one_and_says_which(self):
        with cybertwin.make("CartPole-v1") as env:
            drawn, _ = env.reset()
            again, _ = env.reset(seed=env.np_random_seed)
            self.assertEqual(plain(again), plain(drawn))

    def test_what_is_asked_wrongly_is_an_error_and_moves_nothing(self):
        with cybertwin.make("CartPole-v1") as env, cybertwin.make("CartPole-v1") as other:
            with self.assertRaisesRegex(EnvError, "a step before the first reset"):
                env.step(0)
            env.reset(seed=1)
            other.reset(seed=1)
            for action, message in [
                (2, r"CartPole-v1: action push is 2, not in 0\.\.1"),
                (0.5, "action push is 0.5"),
                ([0, 1], r"the action needs one number \(push\), got \[0, 1\]"),
            ]:
                with self.assertRaisesRegex(EnvError, message):
                    env.step(action)
            for seed in (-1, 1.5, "a", 2**53):
                with self.assertRaisesRegex(EnvError, "seeds are whole numbers from 0 to 9007199254740991"):
                    env.reset(seed=seed)
            with self.assertRaisesRegex(EnvError, "CartPole-v1 has no options for reset, got 'low'"):
                env.reset(options={"low": 1})
            self.assertEqual(plain(env.step(1)[0]), plain(other.step(1)[0]))

    def test_after_the_end_it_waits_for_a_reset(self):
        with cybertwin.make("CartPole-v1") as env:
            env.reset(seed=1)
            while not env.step(1)[2]:
                pass
            with self.assertRaisesRegex(EnvError, "the episode has ended; call reset"):
                env.step(1)
            env.reset()
            env.step(1)

    def test_masks_say_what_may_be_sampled(self):
        with cybertwin.make("ServerlessTableMasked-v0") as env:
            _, info = env.reset(seed=1)
            env.action_space.seed(1)
            forbidden = 0
            for _ in range(100):
                mask = info["action_mask"]
                self.assertEqual(len(mask), 5)
                forbidden += 5 - sum(map(int, mask))
                _, _, terminated, truncated, info = env.step(env.action_space.sample(mask))
                self.assertFalse(terminated or truncated)
                self.assertEqual(set(info), {"elapsed_s", "waitS", "action_mask"})
            self.assertGreater(forbidden, 0)

    def test_a_closed_one_says_so(self):
        env = cybertwin.make("CartPole-v1")
        env.close()
        env.close()
        with self.assertRaisesRegex(EnvError, "the environment is closed"):
            env.reset(seed=1)


class Lanes(unittest.TestCase):
    def test_each_lane_plays_as_one_environment_with_its_seed(self):
        with cybertwin.make("CartPole-v1", lanes=3) as lanes, cybertwin.make("CartPole-v1") as alone:
            for seeds, given in [((5, 6, 7), 5), ((9, 2, 4), [9, 2, 4])]:
                first, _ = lanes.reset(seed=given)
                said = [(first, None, None, None)]
                for t in range(60):
                    observations, rewards, terminated, _, infos = lanes.step([t % 2, 1, 0])
                    said.append((observations, rewards, terminated, infos))
                for lane, seed in enumerate(seeds):
                    observation, _ = alone.reset(seed=seed)
                    self.assertEqual(plain(said[0][0][lane]), plain(observation))
                    ended = 0
                    for t in range(60):
                        observations, rewards, terminated, infos = said[t + 1]
                        observation, reward, over, _, _ = alone.step((t % 2, 1, 0)[lane])
                        self.assertEqual((rewards[lane], terminated[lane]), (reward, over))
                        if over:
                            ended += 1
                            self.assertTrue(infos["_final_obs"][lane] and infos["_final_info"][lane])
                            self.assertEqual(plain(infos["final_obs"][lane]), plain(observation))
                            self.assertEqual(float(infos["final_info"]["elapsed_s"][lane]), 0.02)
                            observation, _ = alone.reset()
                        elif "_final_obs" in infos:
                            self.assertFalse(infos["_final_obs"][lane])
                        self.assertEqual(plain(observations[lane]), plain(observation))
                    self.assertGreater(ended, 0)

    def test_has_the_spaces_of_a_vector(self):
        with cybertwin.make("Pendulum-v1", lanes=2) as lanes:
            self.assertEqual(lanes.num_envs, 2)
            self.assertEqual(lanes.metadata["autoreset_mode"], cybertwin.AutoresetMode.SAME_STEP)
            observations, infos = lanes.reset(seed=1)
            self.assertEqual(infos, {})
            self.assertIn(observations, lanes.observation_space)
            self.assertIn(observations[0], lanes.single_observation_space)
            actions = lanes.action_space.sample()
            self.assertIn(actions, lanes.action_space)
            _, rewards, terminated, truncated, infos = lanes.step(actions)
            self.assertEqual((len(rewards), list(terminated), list(truncated)), (2, [False] * 2, [False] * 2))
            self.assertEqual((plain(infos["elapsed_s"]), list(infos["_elapsed_s"])), ([0.05] * 2, [True] * 2))

    def test_masks_come_with_every_batch(self):
        with cybertwin.make("ServerlessTableMasked-v0", lanes=2) as lanes:
            _, infos = lanes.reset(seed=1)
            for _ in range(250):  # an episode is 200 steps
                actions = [lanes.single_action_space.sample(mask) for mask in infos["action_mask"]]
                infos = lanes.step(actions)[-1]
            self.assertEqual([len(mask) for mask in infos["action_mask"]], [5, 5])

    def test_one_wrong_action_moves_no_lane(self):
        with cybertwin.make("CartPole-v1", lanes=2) as lanes, cybertwin.make("CartPole-v1", lanes=2) as others:
            lanes.reset(seed=1)
            others.reset(seed=1)
            for actions, message in [
                ([0, 3], "CartPole-v1, lane 1: action push is 3"),
                ([0], "there are 2 lanes: give an action for each"),
                ([0, [1, 1]], "the action of lane 1 needs one number"),
            ]:
                with self.assertRaisesRegex(EnvError, message):
                    lanes.step(actions)
            with self.assertRaisesRegex(EnvError, "there are 2 lanes and 3 seeds"):
                lanes.reset(seed=[1, 2, 3])
            for one, other in zip(lanes.step([1, 0])[0], others.step([1, 0])[0]):
                self.assertEqual(plain(one), plain(other))

    @unittest.skipIf(np is None, "arrays are NumPy's")
    def test_arrays_are_the_callers_own(self):
        with cybertwin.make("CartPole-v1", lanes=2) as lanes:
            first, _ = lanes.reset(seed=1)
            kept = first.copy()
            second, rewards, *_ = lanes.step(np.array([0, 1]))
            first[:] = 7
            rewards[:] = 7
            self.assertFalse(np.array_equal(second, first))
            again, _ = lanes.reset(seed=1)
            self.assertTrue(np.array_equal(again, kept))
            self.assertEqual((again.dtype, rewards.dtype), (np.float32, np.float64))


if __name__ == "__main__":
    unittest.main()
