"""A live sender that nobody here wrote: FFmpeg with its test picture, on loopback."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.livestyle.probe import tool


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sending(url: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs FFmpeg, which sends 160x120 at 20 frames/s in real time, and kills it.

    Without FFmpeg the test is skipped, where CI=true it fails.

    Args:
        url: where to, for example "udp://127.0.0.1:5000".
        more: further options for the output, for example "-t", "1".
    """
    picture = "testsrc=size=160x120:rate=20"
    options = f"-v error -nostdin -re -f lavfi -i {picture} -c:v libx264 -g 10"
    options += " -preset ultrafast -tune zerolatency -pix_fmt yuv420p -threads 1"
    command = [tool("ffmpeg"), *options.split(), *more, "-f", "mpegts", url]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()
