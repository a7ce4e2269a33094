import os
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.frame import Frame, Pixels
from livestyle.sinks.encoder import TICK
from livestyle.sinks.replay import NICE, Replay, movie_bytes
from tests.livestyle.moving_card import card, number_on
from tests.livestyle.probe import first_picture, probe
from tests.livestyle.program import wait_until
from tests.livestyle.recording import HeldFrame, boxes
from tests.livestyle.remembering import remember

FPS = 10
NOISE = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)


@pytest.fixture
def replay() -> Iterator[Replay]:
    """It remembers two seconds."""
    replay = Replay(2.0, fps_hint=FPS)
    yield replay
    replay.close()


def cards(first: int, last: int, size_wh: tuple[int, int] = (64, 48)) -> list[Frame]:
    """Cards whose shade is their number modulo 17, a tenth of a second apart."""
    return [
        Frame(card(number % 17, size_wh), number, 100 + number / FPS)
        for number in range(first, last)
    ]


def saved(replay: Replay, path: Path) -> Path:
    remembered = replay.remembered()
    assert remembered is not None
    path.write_bytes(movie_bytes(remembered))
    return path


def test_a_saved_movie_plays_and_holds_the_last_seconds(
    replay: Replay, tmp_path: Path
) -> None:
    remember(replay, cards(0, 45))
    path = saved(replay, tmp_path / "x.mp4")
    judged = probe(path)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.size_wh == (64, 48)
    assert judged.keyframes[0] == judged.times[0] == 0
    # What was asked for, and up to a group of pictures more.
    assert 2.0 <= judged.duration <= 3.0 + 0.002
    assert judged.times == pytest.approx(np.arange(judged.frames) / FPS, abs=0.001)
    # The newest frame is not out yet: how long it is shown is not known.
    assert number_on(first_picture(path, (64, 48))) == (44 - judged.frames) % 17
    assert boxes(path).count("moov") == 1
    assert "moof" not in boxes(path)


def test_irregular_frames_keep_their_times(replay: Replay, tmp_path: Path) -> None:
    times = [5.0, 5.03, 5.2, 5.21, 5.5, 5.9, 6.0]
    remember(replay, [Frame(card(1), n, t) for n, t in enumerate(times)])
    judged = probe(saved(replay, tmp_path / "x.mp4"))
    assert judged.times == pytest.approx([t - 5.0 for t in times[:-1]], abs=0.001)
    assert judged.duration == pytest.approx(1.0, abs=0.002)


def test_times_are_kept_to_the_tick(replay: Replay, tmp_path: Path) -> None:
    remember(replay, [Frame(card(1), n, n / 60) for n in range(13)])
    with av.open(saved(replay, tmp_path / "x.mp4")) as container:
        packets = [p for p in container.demux(video=0) if p.pts is not None]
    ticks = [Fraction(p.pts or 0) * (p.time_base or 0) / TICK for p in packets]
    assert ticks == [1500 * n for n in range(12)]


def test_remembering_goes_on_after_a_movie_was_saved(
    replay: Replay, tmp_path: Path
) -> None:
    remember(replay, cards(0, 15))
    first = saved(replay, tmp_path / "1.mp4").read_bytes()
    assert saved(replay, tmp_path / "2.mp4").read_bytes() == first
    remember(replay, cards(15, 17))
    assert probe(saved(replay, tmp_path / "3.mp4")).frames == 16


def test_a_long_standstill_does_not_push_out_what_was_before(
    replay: Replay, tmp_path: Path
) -> None:
    remember(replay, [*cards(0, 15), *cards(3000, 3002)])
    judged = probe(saved(replay, tmp_path / "x.mp4"))
    assert judged.frames == 16
    assert max(np.diff(judged.times)) == pytest.approx(1.0, abs=0.001)


def test_memory_is_bounded_in_bytes(tmp_path: Path) -> None:
    replay = Replay(3600.0, fps_hint=FPS, most_bytes=100_000)
    sizes = []
    for n in range(60):
        remember(replay, [Frame(np.roll(NOISE, n, axis=1), n, n / FPS)])
        sizes.append(replay.size)
    judged = probe(saved(replay, tmp_path / "x.mp4"))
    replay.close()
    assert 50_000 < max(sizes) <= 100_000
    assert judged.keyframes[0] == 0
    assert replay.size == 0


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it so simply")
def test_what_is_forgotten_leaves_nothing_behind_in_memory(replay: Replay) -> None:
    remember(replay, cards(0, 12))
    held, movie = replay.remembered(), replay._movie
    assert held is not None
    assert movie is not None
    before = resident()
    for number in range(100_000):  # the pictures of an hour
        kept = held.packets[number % 10]
        packet = av.Packet(kept.data)
        packet.stream, packet.time_base = movie._stream, TICK
        packet.pts = packet.dts = 1_000_000 + 3000 * number
        packet.duration, packet.is_keyframe = 3000, kept.keyframe
        movie.container.mux(packet)
    assert resident() - before < 4 * 2**20


def test_pictures_too_large_to_keep_are_not_kept() -> None:
    replay = Replay(2.0, fps_hint=FPS, most_bytes=1000)
    remember(replay, [Frame(NOISE, n, n / FPS) for n in range(15)])
    assert replay.remembered() is None
    replay.close()


def test_another_size_begins_a_new_memory(replay: Replay, tmp_path: Path) -> None:
    remember(replay, cards(0, 15))
    remember(replay, cards(15, 25, (128, 48)))
    judged = probe(saved(replay, tmp_path / "x.mp4"))
    assert (judged.size_wh, judged.frames) == ((128, 48), 9)


def test_what_is_saved_looks_like_what_was_shown(
    replay: Replay, tmp_path: Path
) -> None:
    picture = np.asarray(np.kron(NOISE[::16, ::16], np.ones((16, 16, 1))), np.uint8)
    remember(replay, [Frame(picture, n, n / FPS) for n in range(3)])
    with av.open(saved(replay, tmp_path / "x.mp4")) as container:
        shown = list(container.decode(video=0))[-1]
        seen: Pixels = shown.reformat(src_colorspace="ITU709").to_ndarray(
            format="bgr24"
        )
    assert np.abs(seen.astype(int) - picture).mean() < 16  # colours are at half size


def test_who_writes_never_waits_for_a_busy_replay(replay: Replay) -> None:
    HeldFrame.taken.clear()
    HeldFrame.let_go.clear()
    replay.write(HeldFrame(card(0), 0, 0.0))
    assert HeldFrame.taken.wait(30)
    for frame in cards(1, 31):
        replay.write(frame)
    assert replay.left_out == 30 - 4
    HeldFrame.let_go.set()


def test_a_replay_that_dies_says_why_and_takes_frames_no_more(replay: Replay) -> None:
    remember(replay, cards(0, 3))
    replay.write(Frame(np.empty((0, 0, 3), np.uint8), 3, 0.3))
    wait_until(lambda: replay.failure is not None, "it does not die")
    assert "the last seconds are lost: ZeroDivisionError" in str(replay.failure)
    assert replay.remembered() is None
    replay.write(cards(4, 5)[0])
    replay.close()
    assert replay.frames == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells threads apart")
def test_its_thread_steps_back_and_no_other_does(replay: Replay) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    remember(replay, cards(0, 1))
    (thread,) = (t for t in threading.enumerate() if t.name == "replay")
    assert thread.native_id is not None
    theirs = os.getpriority(os.PRIO_PROCESS, thread.native_id)
    assert theirs == min(mine + NICE, 19)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == mine


def test_nothing_is_remembered_before_a_frame_is_out(replay: Replay) -> None:
    assert replay.remembered() is None
    remember(replay, cards(0, 1))
    assert replay.remembered() is None
