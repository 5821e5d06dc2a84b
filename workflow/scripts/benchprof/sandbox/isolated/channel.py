"""Messages between the judge and the candidate: a line of JSON each."""

from __future__ import annotations

import json
import os
from typing import Any

LONGEST = 16 * 2**20
"""Bytes of a message: a candidate that sends more has failed."""


class ClosedError(Exception):
    """The other side has ended."""


class Channel:
    """A pair of pipes to the other side."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = os.fdopen(reading, "rb")
        self._writing = os.fdopen(writing, "wb", buffering=0)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message.

        Raises:
            ClosedError: the other side has ended.
        """
        line = json.dumps(message).encode() + b"\n"
        try:
            while line:
                line = line[self._writing.write(line) :]
        except BrokenPipeError:
            raise ClosedError from None

    def receive(self) -> Any:
        """Wait for a message.

        Raises:
            ClosedError: the other side has ended.
            ValueError: the message is too long or is not JSON.
        """
        line = self._reading.readline(LONGEST)
        if not line:
            raise ClosedError
        return json.loads(line)
