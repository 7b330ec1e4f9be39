"""Values of spaces in rows of numbers, by hand."""

import unittest

from cybertwin import EnvError
from cybertwin._layout import Layout
from cybertwin._numbers import np, zeros


def choice(name, count):
    return {"kind": "choice", "name": name, "count": count}


def real(name, low=0.0, high=1.0, scale="linear"):
    return {"kind": "real", "name": name, "low": low, "high": high, "scale": scale}


NESTED = {
    "kind": "dict",
    "members": [
        {"name": "go", "space": {"kind": "discrete", "slots": [choice("go", 3)]}},
        {"name": "how", "space": {"kind": "box", "slots": [real("x", "-Infinity", "Infinity"), real("cores", 0.5, 4, "log")]}},
        {"name": "which", "space": {"kind": "multi-discrete", "slots": [choice("a", 2), choice("b", 2)]}},
    ],
}
ROWS = [[2, 0.25, 1.5, 1, 0], [0, -0.25, 0.5, 0, 1]]


def rows(values):
    if np is not None:
        return np.array(values, np.float32)
    filled = [zeros(len(row)) for row in values]
    for to, row in zip(filled, values):
        to[:] = type(to)("f", row)
    return filled


def plain(value):
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if hasattr(value, "__len__") else float(value)


class Layouts(unittest.TestCase):
    def setUp(self):
        self.layout = Layout(NESTED)

    def test_a_row_is_the_value_of_a_lane_and_back(self):
        value = self.layout.value(rows(ROWS)[0])
        self.assertEqual(plain(value), {"go": 2, "how": [0.25, 1.5], "which": [1, 0]})
        back = rows([[0] * 5])
        self.layout.put(value, back[0])
        self.assertEqual(plain(back[0]), ROWS[0])

    def test_rows_are_the_values_of_all_lanes_and_back(self):
        values = self.layout.values(rows(ROWS))
        if np is not None:
            self.assertEqual(plain(values), {"go": [2, 0], "how": [[0.25, 1.5], [-0.25, 0.5]], "which": [[1, 0], [0, 1]]})
        one_by_one = [self.layout.value(row) for row in rows(ROWS)]
        for given in (values, one_by_one):
            back = rows([[0] * 5] * 2)
            self.layout.put_all(given, back)
            self.assertEqual(plain(back), ROWS)

    def test_masks_have_the_form_that_sample_takes(self):
        mask = [1, 0, 0, 0, 1, 1, 0]
        bits = np.array([mask, mask], np.int8) if np is not None else [mask, mask]
        self.assertEqual(plain({k: v for k, v in self.layout.mask(bits[0]).items() if v is not None}), {"go": [1, 0, 0], "which": [[0, 1], [1, 0]]})
        self.assertIsNone(self.layout.mask(bits[0])["how"])
        value = self.layout.space.sample(self.layout.mask(bits[0]))
        self.assertEqual((value["go"], plain(value["which"])), (0, [1, 0]))
        if np is not None:
            self.assertEqual(plain(self.layout.masks(bits)["go"]), [[1, 0, 0], [1, 0, 0]])
        else:
            self.assertEqual(self.layout.masks(bits), [self.layout.mask(mask)] * 2)

    def test_names_scales_and_bounds_are_told(self):
        self.assertEqual(self.layout.names, ["go.go", "how.x", "how.cores", "which.a", "which.b"])
        self.assertEqual(self.layout.scales, [None, "linear", "log", None, None])
        how = self.layout.members["how"].space
        self.assertEqual((plain(how.low), plain(how.high)), ([float("-inf"), 0.5], [float("inf"), 4.0]))

    def test_values_of_another_shape_are_refused(self):
        good = {"go": 2, "how": [0.25, 1.5], "which": [1, 0]}
        row = rows([[0] * 5])[0]
        wrong = [
            ({**good, "how": [0.25]}, r"the action how needs 2 numbers \(x, cores\), got \[0.25\]"),
            ({**good, "go": "left"}, r"the action go needs one number \(go\), got 'left'"),
            ({**good, "which": None}, r"the action which needs 2 numbers \(a, b\), got None"),
            ({"go": 2}, "the action must be a dictionary of go, how, which, got {'go': 2}"),
            (2, "the action must be a dictionary"),
        ]
        for value, message in wrong:
            with self.assertRaisesRegex(EnvError, message):
                self.layout.put(value, row)
        both = rows([[0] * 5] * 2)
        for values in ([good], 3, {"go": [1, 1]}):
            with self.assertRaisesRegex(EnvError, "there are 2 lanes: give an action for each"):
                self.layout.put_all(values, both)
        with self.assertRaisesRegex(EnvError, "the action of lane 1 how needs 2 numbers"):
            self.layout.put_all([good, {**good, "how": 1}], both)


if __name__ == "__main__":
    unittest.main()
