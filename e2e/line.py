"""A slow line on this machine, packet by packet, so that the kernel's TCP has it as a phone has: handshake, slow start.

What is sent to `FAR` comes back to `NEAR` as if from there: who listens at `NEAR` is reached at `FAR` over the line.
"""

import errno
import fcntl
import os
import select
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

NEAR: Final = "198.51.100.1"  # both are set aside for documentation (RFC 5737): nobody is there
FAR: Final = "198.51.100.2"
DEVICE: Final = "slow4g"
TUN: Final = "/dev/net/tun"
MTU: Final = 1500
TUNSETIFF: Final = 0x400454CA
IFF_TUN_WITHOUT_HEADER: Final = 0x1001
SOURCE, DESTINATION, PORTS = slice(12, 16), slice(16, 20), 20

# Lighthouse's slow 4G, as of the packet.
ONE_WAY_SECONDS: Final = 0.075
DOWN_BYTES_A_SECOND: Final = 1_638_400 / 8
UP_BYTES_A_SECOND: Final = 750 * 1024 / 8


class NoLine(Exception):
    """This machine lets nobody make one; the message says why."""


@dataclass(slots=True)
class Direction:
    """Packets on their way: they leave one after another, and each arrives a while after it left."""

    bytes_a_second: float
    free_at: float = 0.0
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self, packet: bytes, now: float) -> None:
        """Send a packet as soon as those before it have left."""
        self.free_at = max(now, self.free_at) + len(packet) / self.bytes_a_second
        self.under_way.append((self.free_at + ONE_WAY_SECONDS, packet))

    def arrived(self, now: float) -> Iterator[bytes]:
        """What arrived by now, first come first."""
        while self.under_way and self.under_way[0][0] <= now:
            yield self.under_way.popleft()[1]


@contextmanager
def slow_line(port: int) -> Iterator[None]:
    """Keep a line, whose far end is the server at this port of `NEAR`, for as long as this lasts.

    Raises:
        NoLine: no such device, or not allowed.
    """
    device = _device()
    stopped = threading.Event()
    carrier = threading.Thread(target=_carry, args=(device, port, stopped), daemon=True)
    try:
        for words in (f"addr add {NEAR} peer {FAR} dev {DEVICE}", f"link set {DEVICE} up mtu {MTU}"):
            subprocess.run(["ip", *words.split()], check=True)
        carrier.start()
        yield
    finally:
        stopped.set()
        if carrier.is_alive():
            carrier.join()
        os.close(device)


def _device() -> int:
    try:
        device = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14x", DEVICE.encode(), IFF_TUN_WITHOUT_HEADER))
    except OSError as problem:
        raise NoLine(f"a slow line needs Linux, {TUN} and root: {errno.errorcode.get(problem.errno or 0)}") from problem
    return device


def _carry(device: int, port: int, stopped: threading.Event) -> None:
    down, up = Direction(DOWN_BYTES_A_SECOND), Direction(UP_BYTES_A_SECOND)
    while not stopped.is_set():
        due = min((way.under_way[0][0] for way in (down, up) if way.under_way), default=time.monotonic() + 0.1)
        readable, _, _ = select.select([device], [], [], max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if readable:
            packet = os.read(device, MTU)
            if packet[0] >> 4 == 4:
                (source_port,) = struct.unpack_from("!H", packet, PORTS)
                (down if source_port == port else up).take(_turned(packet), now)
        for way in (down, up):
            for packet in way.arrived(now):
                os.write(device, packet)


def _turned(packet: bytes) -> bytes:
    """The same with sender and receiver exchanged, which leaves every checksum right."""
    return packet[:12] + packet[DESTINATION] + packet[SOURCE] + packet[20:]
