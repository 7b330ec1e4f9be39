"""The stand-ins for Gymnasium's spaces."""

import math
import unittest

from cybertwin import _standin as spaces


def drawn(space, count=300, mask=None):
    space.seed(7)
    return [space.sample(mask) for _ in range(count)]


class Spaces(unittest.TestCase):
    def test_boxes_hold_their_bounds_and_what_they_draw(self):
        box = spaces.Box([-1.0, 0.0], [1.0, 10.0])
        values = drawn(box)
        self.assertTrue(all(value in box for value in values))
        self.assertAlmostEqual(sum(float(value[1]) for value in values) / 300, 5, delta=4 * 10 / math.sqrt(12 * 300))
        for inside in ([-1.0, 0.0], (1.0, 10.0)):
            self.assertIn(inside, box)
        for outside in ([1.1, 0.0], [0.0], [0.0, 0.0, 0.0], [math.nan, 0.0], 0.5, None):
            self.assertNotIn(outside, box)

    def test_boxes_without_bounds_draw_as_gymnasium_does(self):
        inf = math.inf
        values = drawn(spaces.Box([-inf, 2.0, -inf], [inf, inf, 3.0]))
        self.assertTrue(any(value[0] < 0 for value in values) and any(value[0] > 0 for value in values))
        self.assertTrue(all(value[1] >= 2 and value[2] <= 3 for value in values))
        # 2 + Exp(1) and 3 - Exp(1): the mean is 1 off the bound, with standard error 1 / sqrt(300).
        self.assertAlmostEqual(sum(float(value[1]) for value in values) / 300, 3, delta=4 / math.sqrt(300))
        self.assertAlmostEqual(sum(float(value[2]) for value in values) / 300, 2, delta=4 / math.sqrt(300))

    def test_choices_keep_to_their_masks(self):
        self.assertEqual(set(drawn(spaces.Discrete(3))), {0, 1, 2})
        self.assertEqual(set(drawn(spaces.Discrete(4), mask=[0, 1, 0, 1])), {1, 3})
        several = drawn(spaces.MultiDiscrete([2, 3]), mask=([1, 0], [0, 1, 1]))
        self.assertEqual({tuple(value) for value in several}, {(0, 1), (0, 2)})

    def test_choices_are_whole_and_below_their_count(self):
        self.assertIn(2, spaces.Discrete(3))
        for outside in (3, -1, 1.5, "1", None):
            self.assertNotIn(outside, spaces.Discrete(3))
        self.assertIn([1, 2], spaces.MultiDiscrete([2, 3]))
        for outside in ([2, 2], [1], 1):
            self.assertNotIn(outside, spaces.MultiDiscrete([2, 3]))

    def test_dictionaries_and_lanes_are_made_of_their_parts(self):
        both = spaces.Dict({"go": spaces.Discrete(2), "how": spaces.Box([0.0], [1.0])})
        value = both.sample({"go": [0, 1], "how": None})
        self.assertEqual(value["go"], 1)
        self.assertIn(value, both)
        self.assertNotIn({"go": 1}, both)
        lanes = spaces.batch_space(both["go"], 3)
        self.assertIn(lanes.sample(), lanes)
        self.assertEqual(lanes.sample([[1, 0], [0, 1], [1, 0]]), [0, 1, 0])
        self.assertNotIn([0, 0], lanes)

    def test_equal_seeds_draw_equal_values(self):
        space = spaces.Dict({"a": spaces.MultiDiscrete([9, 9]), "b": spaces.Box([0.0], [1.0])})
        one, other = ([{"a": list(value["a"]), "b": list(value["b"])} for value in drawn(space, 20)] for _ in range(2))
        self.assertEqual(one, other)


if __name__ == "__main__":
    unittest.main()
