"""Stands in for Speech Dispatcher's client of this name: a voice that writes down what Orca has it say.

Orca runs it in the system's own Python. Every line of the file named in `SPOKEN` is `[seconds, kind, text]`.
"""

import json
import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

MARKUP: Final = re.compile("<[^>]*>")
ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
BREATH: Final = 0.01


class CallbackType:
    """What a voice tells of its progress."""

    BEGIN = "begin"
    END = "end"
    CANCEL = "cancel"
    INDEX_MARK = "index_mark"


class Priority:
    """The one that Orca asks for."""

    MESSAGE = "message"


class PunctuationMode:
    """How many signs are spoken."""

    ALL = "all"
    MOST = "most"
    SOME = "some"
    NONE = "none"


class DataMode:
    """The one that Orca asks for."""

    SSML = "ssml"


class SSIPCommunicationError(Exception):
    """Never raised here: there is nobody to lose."""


class SSIPCommandError(Exception):
    """Never raised here: whatever is asked is done."""


class SSIPClient:
    """A voice so fast that it has read everything as soon as it is asked to."""

    def __init__(self, *_names: str, **_options: str) -> None:
        self._file = os.environ["SPOKEN"]

    def speak(self, text: str, callback: Callable[[str], None] | None = None, event_types: object = None) -> None:
        """Read a text, and say so when it is over: only then does Orca hand over what comes next."""
        plain = MARKUP.sub("", text)
        for entity, sign in ENTITIES.items():
            plain = plain.replace(entity, sign)
        self._write("speak", plain)
        if callback:
            threading.Timer(BREATH, _read, [callback]).start()

    def char(self, sign: str) -> None:
        """Read one sign."""
        self._write("speak", sign)

    def cancel(self, *_whose: str) -> None:
        """Fall silent at once."""
        self._write("cancel", "")

    def close(self) -> None:
        """Nothing is open."""

    def list_synthesis_voices(self) -> tuple[()]:
        """No other voices."""
        return ()

    def list_output_modules(self) -> tuple[()]:
        """No other programs that speak."""
        return ()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith(("set_", "get_")):
            return lambda *_value: None
        raise AttributeError(name)

    def _write(self, kind: str, text: str) -> None:
        with open(self._file, "a", encoding="utf-8") as spoken:
            spoken.write(json.dumps([time.time(), kind, text], ensure_ascii=False) + "\n")


def _read(callback: Callable[[str], None]) -> None:
    callback(CallbackType.BEGIN)
    callback(CallbackType.END)
