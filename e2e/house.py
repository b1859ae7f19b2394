"""A running server with its bank, and several by their settings, each started once."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from e2e.bank import Bank
from e2e.server import Server


@dataclass(frozen=True, slots=True)
class House:
    """A running server with its bank."""

    server: Server
    bank: Bank


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[House]:
    """A house with these settings, in a folder of its own that is made if need be.

    Raises:
        AssertionError: it did not start, did not stop well, or its log tells of something that broke.
    """
    folder.mkdir(exist_ok=True)
    server = Server(folder, **settings)
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start()
        yield House(server, stack.enter_context(closing(Bank(server.settings))))
    assert not server.failures()


@dataclass
class Houses:
    """Houses by their settings; they stand as long as `stack` is open."""

    folder: Path
    stack: ExitStack
    built: dict[tuple[tuple[str, str], ...], House] = field(default_factory=dict)

    def __call__(self, **settings: str) -> House:
        """The one with these settings: `houses(CODE_SECONDS="6")`."""
        key = tuple(sorted(settings.items()))
        if key not in self.built:
            self.built[key] = self.stack.enter_context(running(self.folder / str(len(self.built)), **settings))
        return self.built[key]
