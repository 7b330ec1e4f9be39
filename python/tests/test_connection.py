"""Servers that are not there, or do not do as they should."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from unittest import mock

import cybertwin
from cybertwin import EnvError

GREETING = {
    "protocol": "cybertwin-env",
    "version": 1,
    "cybertwin": "9.9.9",
    "name": "Odd-v0",
    "lanes": 1,
    "autoreset": "Disabled",
    "observationSpace": {"kind": "box", "slots": [{"kind": "real", "name": "x", "low": 0, "high": 1, "scale": "linear"}]},
    "actionSpace": {"kind": "discrete", "slots": [{"kind": "choice", "name": "a", "count": 2}]},
    "masked": False,
    "stepS": 1,
    "infoNames": [],
}


def speaking(script, **changes):
    """The command of a server that greets and then does as the script says."""
    greeting = json.dumps({**GREETING, **changes})
    return [sys.executable, "-c", f"import struct, sys\nout = sys.stdout.buffer\nout.write({greeting!r}.encode() + b'\\n')\nout.flush()\n{script}"]


class Servers(unittest.TestCase):
    def setUp(self):
        self.err = io.StringIO()
        redirected = contextlib.redirect_stderr(self.err)
        redirected.__enter__()
        self.addCleanup(redirected.__exit__, None, None, None)

    def test_a_command_that_is_not_there(self):
        with self.assertRaisesRegex(EnvError, r"the command \['no-such-program'\] is not on the path"):
            cybertwin.make("CartPole-v1", command=["no-such-program"])
        with self.assertRaisesRegex(EnvError, r"a list of words, got the text .*; try \['npx', 'cybertwin'\]"):
            cybertwin.make("CartPole-v1", command="npx cybertwin")

    def test_the_command_comes_from_the_environment(self):
        with mock.patch.dict(os.environ, CYBERTWIN="no-such-program 'of two words'"):
            with self.assertRaisesRegex(EnvError, r"\['no-such-program', 'of two words'\] is not on the path"):
                cybertwin.make("CartPole-v1")

    @unittest.skipIf(sys.platform == "win32", "a script with a first line")
    def test_nothing_is_downloaded_unless_it_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            npx = os.path.join(folder, "npx")
            with open(npx, "w", encoding="utf-8") as file:
                file.write(f'#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], "is not there", file=sys.stderr)\nsys.exit(1)\n')
            os.chmod(npx, 0o755)
            with mock.patch.dict(os.environ, PATH=folder):
                os.environ.pop("CYBERTWIN", None)
                said = r"exit code 1: --no cybertwin env serve CartPole-v1 is not there; .* downloads nothing: npm install .*command=\["
                with self.assertRaisesRegex(EnvError, said):
                    cybertwin.make("CartPole-v1")
                with self.assertRaisesRegex(EnvError, "exit code 1: it is not there$"):
                    cybertwin.make("CartPole-v1", command=[sys.executable, "-c", "import sys; sys.exit('it is not there')"])

    def test_the_agent_of_several(self):
        with self.assertRaisesRegex(EnvError, "exit code 2: --agent mine: a task has one agent, and it needs no name"):
            cybertwin.make("CartPole-v1", agent="mine")

    def test_why_it_did_not_start(self):
        with self.assertRaisesRegex(EnvError, 'exit code 2: There is no scenario and no task "CartPole"\\. Did you mean "CartPole-v1"\\?'):
            cybertwin.make("CartPole")
        self.assertIn("Did you mean", self.err.getvalue())
        with self.assertRaisesRegex(EnvError, "exit code 2: CartPole-v1 is a task, not a scenario"):
            cybertwin.make("CartPole-v1", set={"duration": "1 h"})

    def test_something_else_answers(self):
        with self.assertRaisesRegex(EnvError, "does not speak cybertwin-env; its first line is b'hello"):
            cybertwin.make("x", command=[sys.executable, "-c", "print('hello')"])
        with self.assertRaisesRegex(EnvError, "cybertwin 9.9.9 speaks version 2 of cybertwin-env, this package version 1"):
            cybertwin.make("x", command=speaking("", version=2))

    def test_it_dies(self):
        env = cybertwin.make("x", command=speaking("sys.stdin.buffer.read(16)\nsys.exit('out of luck')"))
        with self.assertRaisesRegex(EnvError, "cybertwin ended with exit code 1: out of luck"):
            env.reset(seed=1)
        with self.assertRaisesRegex(EnvError, "the environment is closed"):
            env.reset(seed=1)

    def test_it_dies_in_the_middle_of_an_answer(self):
        env = cybertwin.make("x", command=speaking("sys.stdin.buffer.read(16)\nout.write(struct.pack('<II', 3, 4) + b'ab')"))
        with self.assertRaisesRegex(EnvError, "cybertwin ended with exit code 0: it said nothing"):
            env.reset(seed=1)

    def test_it_answers_something_else(self):
        with cybertwin.make("x", command=speaking("sys.stdin.buffer.read(16)\nout.write(struct.pack('<II', 4, 0))")) as env:
            with self.assertRaisesRegex(EnvError, "a frame of kind 4, not 3"):
                env.reset(seed=1)

    def test_an_interrupted_call_leaves_no_answer_for_the_next(self):
        with cybertwin.make("CartPole-v1") as env:
            env.reset(seed=1)
            with mock.patch.object(env._session._connection, "_read", side_effect=KeyboardInterrupt):
                with self.assertRaises(KeyboardInterrupt):
                    env.step(0)
            with self.assertRaisesRegex(EnvError, "an earlier call was interrupted before its answer came"):
                env.step(0)


if __name__ == "__main__":
    unittest.main()
