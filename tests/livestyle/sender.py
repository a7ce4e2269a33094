"""A live sender that nobody here wrote: FFmpeg with its test picture, on loopback."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sending(url: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs FFmpeg, which sends 160x120 at 20 frames/s in real time, and kills it.

    Args:
        url: where to, for example "udp://127.0.0.1:5000".
        more: further options for the output, for example "-t", "1".
    """
    picture = "testsrc=size=160x120:rate=20"
    command = f"ffmpeg -v error -nostdin -re -f lavfi -i {picture} -c:v libx264 -g 10"
    command += " -preset ultrafast -tune zerolatency -pix_fmt yuv420p -threads 1"
    with subprocess.Popen([*command.split(), *more, "-f", "mpegts", url]) as process:
        try:
            yield process
        finally:
            process.kill()
