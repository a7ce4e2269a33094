import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import av
import numpy as np
import pytest

import livestyle.sources.reconnect
import livestyle.sources.stream
import livestyle.sources.watching
from livestyle.frame import Frame
from livestyle.latest import Latest
from livestyle.sources import Stream
from livestyle.sources.reconnect import AWAKE
from tests.livestyle.fake_time import FakeTime
from tests.livestyle.moving_card import number_on, write_clip, write_damaged_clip
from tests.livestyle.probe import run
from tests.livestyle.sender import free_port, sending
from tests.livestyle.web_server import web_server


def until(
    frames: Iterator[Frame | None], reached: Callable[[Frame | None], bool]
) -> None:
    """Reads on until something is reached; a minute means that it never will be."""
    end = monotonic() + 60
    for frame in frames:
        if reached(frame):
            return
        assert monotonic() < end, "it never happened"
    pytest.fail("the stream ended")


def frames_read(count: int) -> Callable[[Frame | None], bool]:
    seen: list[Frame] = []

    def enough(frame: Frame | None) -> bool:
        if frame is not None:
            seen.append(frame)
        return len(seen) >= count

    return enough


@contextmanager
def one_guest(
    data: bytes, *, stays: bool = False, trickle: bytes = b""
) -> Iterator[str]:
    """A server that gives these bytes to the first who asks, and is then gone.

    Args:
        data: what it sends.
        stays: whether it keeps silent afterwards instead of hanging up.
        trickle: what it sends afterwards, little by little.
    """
    leave = Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            guest, _ = door.accept()
            with guest:
                door.close()
                guest.sendall(data)
                with suppress(OSError):  # the guest may leave
                    for start in range(0, len(trickle), 376):
                        guest.sendall(trickle[start : start + 376])
                        if leave.wait(0.01):
                            return
                if stays:
                    leave.wait(60)

        thread = Thread(target=serve, name="one guest")
        thread.start()
        yield f"tcp://127.0.0.1:{door.getsockname()[1]}"
        leave.set()
        thread.join()


def test_a_sender_may_stop_and_start_again() -> None:
    url = f"udp://127.0.0.1:{free_port()}"
    latest = Latest(Stream(url, stall=1))
    enough = frames_read(10)
    with sending(url):
        frames = iter(latest)
        until(frames, lambda frame: enough(frame) and latest.status == "")
    before = latest.captured
    until(frames, lambda frame: "stream lost (no data came), recon" in latest.status)
    with sending(url):
        until(frames, lambda frame: frame is not None and frame.index > before + 10)
        until(frames, lambda frame: frame is not None and latest.status == "")
    latest.close()


def test_the_first_picture_comes_sooner_than_ffmpeg_would_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"udp://127.0.0.1:{free_port()}"
    with sending(url):
        seconds_to_first_picture(url)  # the sender has begun
        with monkeypatch.context() as ours:
            ours.setattr(livestyle.sources.stream, "OPTIONS", {})
            at_leisure = min(seconds_to_first_picture(url) for _ in range(2))
        # Half a second against more than one; a busy machine may spoil some attempts.
        assert any(seconds_to_first_picture(url) < 0.8 * at_leisure for _ in range(8))


def seconds_to_first_picture(url: str) -> float:
    stream, began = Stream(url), monotonic()
    until(iter(stream), frames_read(1))
    stream.close()
    assert stream.fps == 20
    return monotonic() - began


def test_pictures_are_not_held_back(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.ts", count=17)
    numbers = []
    with one_guest(clip.read_bytes(), stays=True) as url:
        stream = Stream(url, stall=1)
        for frame in stream:
            if frame is not None:
                numbers.append(number_on(frame.pixels))
            elif "stream lost" in stream.status:
                stream.close()
    # Nothing follows the last one, so nobody can know that it is whole.
    assert numbers == list(range(len(numbers)))
    assert 15 <= len(numbers) <= 17


def test_garbage_between_the_packets_does_no_harm() -> None:
    port = free_port()
    url = f"udp://127.0.0.1:{port}"
    stream = Stream(url)
    stop = Event()

    def disturb() -> None:
        random = np.random.default_rng(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not stop.wait(0.02):
                out.sendto(random.bytes(700), ("127.0.0.1", port))

    noise = Thread(target=disturb, name="noise")
    with sending(url):
        frames = iter(stream)
        until(frames, frames_read(5))
        noise.start()
        until(frames, frames_read(20))
        stop.set()
        noise.join()
        stream.close()


def test_what_was_damaged_on_the_way_is_left_out(tmp_path: Path) -> None:
    write_damaged_clip(tmp_path / "clip.mkv", damaged=(2, 3))
    with web_server(tmp_path) as address:
        frames = [f for f in Stream(f"{address}/clip.mkv") if f is not None]
    numbers = [number_on(frame.pixels) for frame in frames]
    assert numbers == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")
def test_a_connection_that_ends_is_made_again() -> None:
    port = free_port(socket.SOCK_STREAM)
    url, listen = f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{port}?listen=1"
    with sending(listen, "-t", "0.5"):
        wait_for_port(port)
        latest = Latest(Stream(url))
        frames = iter(latest)
        until(frames, frames_read(1))
        until(frames, lambda frame: "stream lost (" in latest.status)
    ended = latest.captured
    with sending(listen):
        until(frames, lambda frame: frame is not None and frame.index > ended)
    latest.close()


def test_a_sender_that_keeps_the_line_open_and_says_nothing_is_called_again() -> None:
    url = f"udp://127.0.0.1:{free_port()}"
    latest = Latest(Stream(url, patience=30, stall=0.7))
    with sending(url) as sender:
        frames = iter(latest)
        until(frames, frames_read(5))
        os.kill(sender.pid, signal.SIGSTOP)  # it is there, and sends nothing
        until(frames, lambda frame: "stream lost (no data came)" in latest.status)
        before = latest.captured
        os.kill(sender.pid, signal.SIGCONT)
        until(frames, lambda frame: frame is not None and frame.index > before)
        until(frames, lambda frame: latest.status == "")
    latest.close()


def test_a_stream_whose_sound_goes_on_without_pictures_counts_as_lost(
    tmp_path: Path,
) -> None:
    clip = tmp_path / "clip.ts"
    pictures = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=20:duration=1")
    sound = ("-f", "lavfi", "-i", "sine=duration=30", "-c:a", "mp2")
    run("ffmpeg", *pictures, *sound, "-c:v", "mpeg2video", "-bf", "0", clip)
    with av.open(str(clip)) as container:
        ends = max(p.pos for p in container.demux(video=0) if p.pos is not None)
    data = clip.read_bytes()
    with one_guest(data[: ends + 20_000], trickle=data[ends + 20_000 :]) as url:
        stream = Stream(url, stall=0.7)
        frames = iter(stream)
        until(frames, frames_read(5))
        until(frames, lambda frame: "stream lost (" in stream.status)
        assert "(no pictures came)" in stream.status
        stream.close()


def test_a_stream_that_is_black_for_seconds_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(livestyle.sources.watching, "PATIENCE", 0.5)
    url = f"udp://127.0.0.1:{free_port()}"
    stream = Stream(url, patience=30)
    with sending(url, "-vf", "drawbox=color=black:t=fill"):
        frames = iter(stream)
        until(frames, lambda frame: "the picture has been black" in stream.status)
    stream.close()


def test_pictures_may_change_their_size_in_mid_stream() -> None:
    url = f"udp://127.0.0.1:{free_port()}"
    stream = Stream(url, patience=30)
    frames = iter(stream)
    with sending(url):
        until(frames, lambda f: f is not None and (f.width, f.height) == (160, 120))
    with sending(url, "-s", "96x64"):
        until(frames, lambda f: f is not None and (f.width, f.height) == (96, 64))
    stream.close()


def wait_for_port(port: int) -> None:
    """Waits until somebody listens, without taking the one connection there is."""
    wanted, end = f"0100007F:{port:04X} 00000000:0000 0A", monotonic() + 60
    while wanted not in Path("/proc/net/tcp").read_text():
        assert monotonic() < end
        Event().wait(0.05)


def test_pauses_grow_and_the_reader_stays_awake_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "clip.ts", count=12, codec="mpeg2video", fps=25)
    FakeTime(monkeypatch, livestyle.sources.stream, livestyle.sources.reconnect)
    pauses: Counter[str] = Counter()
    with one_guest(clip.read_bytes()) as url:
        stream = Stream(url)
        for frame in stream:
            pauses[stream.status.partition("reconnecting in ")[2]] += frame is None
            if pauses["5 s"] > 150 or pauses.total() > 1000:
                stream.close()
    signs = [pauses[f"{seconds} s"] * AWAKE for seconds in ("0.5", "1", "2", "4")]
    assert signs == pytest.approx([0.5, 1, 2, 4], abs=0.11)
    assert pauses["5 s"] * AWAKE > 7  # it is the longest, and it comes again
