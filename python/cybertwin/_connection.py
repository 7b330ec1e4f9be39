"""The process that simulates, and the frames that go to it and come back. docs/python.md says what they are."""

from __future__ import annotations

import collections
import json
import os
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import threading
import weakref
from typing import IO, Any, Deque, Mapping, NamedTuple, Optional, Sequence

PROTOCOL = "cybertwin-env"
PROTOCOL_VERSION = 1

RESET, STEP, BEGUN, STEPPED, REFUSED = 1, 2, 3, 4, 5
_HEAD = struct.Struct("<II")

_GOODBYE_S = 10.0

# Without --no, npx would fetch whatever package has that name and run it.
_DEFAULT_COMMAND = ("npx", "--no", "cybertwin")
_INSTALL = (
    "npm install cybertwin's folder or its packed .tgz in this folder (python/README.md), or say how to run it:"
    ' command=["node", "dist/cybertwin.js"], or the variable CYBERTWIN'
)


class EnvError(Exception):
    """Wrong use of an environment, or a server that is not there. The message says where, what, and what to do."""


class Greeting(NamedTuple):
    """What the server says of itself, once."""

    name: str
    lanes: int
    autoreset: str
    """A value of ``AutoresetMode``."""
    observation_space: Mapping[str, Any]
    action_space: Mapping[str, Any]
    masked: bool
    step_s: float
    """Nominal seconds between decisions: discount factors are per this."""
    info_names: Sequence[str]


class Connection:
    """One server, asked one thing at a time."""

    def __init__(self, source: str, command: Optional[Sequence[str]], options: Sequence[str]) -> None:
        self._is_default = command is None and "CYBERTWIN" not in os.environ
        line = [*_program(command), "env", "serve", source, *options]
        # In a session of its own, for an interrupt from the keyboard is for those who hold the environment.
        self._process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        self._said: Deque[str] = collections.deque(maxlen=20)
        self._listener = threading.Thread(target=_listen, args=(self._process.stderr, self._said), daemon=True)
        self._listener.start()
        self._finalizer = weakref.finalize(self, _end, self._process)
        self._in_step = True
        """Whether the next bytes to come are those of an answer to the next request."""
        try:
            self.greeting = self._greeted()
        except BaseException:
            self.close()
            raise

    def _greeted(self) -> Greeting:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            gone = self._gone()
            # npx says 1 where there is no such program; a server that refuses its input says 2.
            if self._is_default and self._process.returncode == 1:
                raise EnvError(f"{gone}; {' '.join(_DEFAULT_COMMAND)} downloads nothing: {_INSTALL}")
            raise gone
        try:
            said = json.loads(line)
            protocol, version = said["protocol"], said["version"]
        except (ValueError, TypeError, KeyError):
            raise EnvError(f"{self._process.args!r} does not speak {PROTOCOL}; its first line is {line[:80]!r}") from None
        if (protocol, version) != (PROTOCOL, PROTOCOL_VERSION):
            raise EnvError(
                f"cybertwin {said.get('cybertwin')} speaks version {version} of {protocol}, this package version {PROTOCOL_VERSION}"
                f" of {PROTOCOL}; install the package that comes with that cybertwin"
            )
        return Greeting(
            name=said["name"],
            lanes=said["lanes"],
            autoreset=said["autoreset"],
            observation_space=said["observationSpace"],
            action_space=said["actionSpace"],
            masked=said["masked"],
            step_s=said["stepS"],
            info_names=said["infoNames"],
        )

    def exchange(self, kind: int, body: bytes, answer_kind: int) -> bytearray:
        """The body of the answer. Raises EnvError for what the server refuses, and when it is gone."""
        if not self._finalizer.alive:
            raise EnvError("the environment is closed; make a new one")
        if not self._in_step:
            raise EnvError("an earlier call was interrupted before its answer came; close the environment and make a new one")
        self._in_step = False
        kind_of_answer, answer = self._asked(kind, body)
        self._in_step = True
        if kind_of_answer == REFUSED:
            raise EnvError(answer.decode("utf-8"))
        if kind_of_answer != answer_kind:
            raise EnvError(f"the server answered with a frame of kind {kind_of_answer}, not {answer_kind}")
        return answer

    def _asked(self, kind: int, body: bytes) -> "tuple[int, bytearray]":
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(_HEAD.pack(kind, len(body)) + body)
            stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None
        answer_kind, length = _HEAD.unpack(self._read(stdout, _HEAD.size))
        return answer_kind, self._read(stdout, length)

    def _read(self, stdout: IO[bytes], length: int) -> bytearray:
        data = bytearray(length)
        if stdout.readinto(data) < length:  # type: ignore[attr-defined]
            raise self._gone()
        return data

    def _gone(self) -> EnvError:
        """Why there is no answer, in the words of the process."""
        self.close()
        self._listener.join(_GOODBYE_S)
        said = "".join(self._said).strip() or "it said nothing"
        return EnvError(f"cybertwin ended with exit code {self._process.returncode}: {said}")

    def close(self) -> None:
        """End the process. May be called again."""
        self._finalizer()


def _program(command: Optional[Sequence[str]]) -> Sequence[str]:
    if isinstance(command, str):
        raise EnvError(f'the command is a list of words, got the text "{command}"; try {shlex.split(command)}')
    given = os.environ.get("CYBERTWIN")
    words = list(command) if command is not None else list(_DEFAULT_COMMAND) if given is None else shlex.split(given)
    found = shutil.which(words[0]) if words else None
    if found is None:
        raise EnvError(f"the command {words!r} is not on the path; install Node 20, then {_INSTALL}")
    return [found, *words[1:]]


def _listen(stderr: IO[bytes], said: Deque[str]) -> None:
    """What the process says goes to our stderr, and its end is kept for messages."""
    for line in stderr:
        text = line.decode("utf-8", "replace")
        said.append(text)
        sys.stderr.write(text)
    stderr.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The end of its input ends a server; one that does not hear is killed, with all that it started."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass  # it has ended already
    try:
        process.wait(_GOODBYE_S)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    process.stdout.close()
