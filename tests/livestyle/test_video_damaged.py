from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.video import paint_video
from tests.livestyle.probe import probe, run, tool
from tests.livestyle.simple_painting import same


def clip_with_junk(path: Path) -> Path:
    """Ten pictures, two of which are no pictures at all."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number in range(10):
            pixels = np.full((48, 64, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            for packet in stream.encode(frame):
                if number in (4, 5):
                    junk = av.Packet(b"\xff\xd8 this is no picture")
                    junk.pts, junk.dts, junk.stream = packet.pts, packet.dts, stream
                    junk.time_base = packet.time_base
                    packet = junk
                container.mux(packet)
    return path


def test_broken_packets_are_skipped_and_counted(tmp_path: Path) -> None:
    tool("ffprobe")
    source = clip_with_junk(tmp_path / "in.mkv")
    report = paint_video(source, tmp_path / "out.mp4", same)
    assert (report.frames, report.skipped, report.partial) == (8, 2, False)
    times = probe(tmp_path / "out.mp4").times
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9], abs=0.001)


def test_damaged_files_end_in_a_movie_or_a_clear_error(
    clips: Path, tmp_path: Path
) -> None:
    whole = (clips / "aac.ts").read_bytes()
    random = np.random.default_rng(0)
    damaged = np.frombuffer(whole, np.uint8).copy()
    places = random.integers(5000, len(damaged), 300)
    damaged[places] = random.integers(0, 256, 300)
    (tmp_path / "in.ts").write_bytes(damaged.tobytes())
    report = paint_video(tmp_path / "in.ts", tmp_path / "out.mp4", same)
    assert report.frames == probe(tmp_path / "out.mp4").frames > 25


@pytest.mark.parametrize("offset", ["0", "5000"])
def test_a_clock_that_jumps_does_not_stretch_the_movie(
    clips: Path, tmp_path: Path, offset: str
) -> None:
    second, source = tmp_path / "second.ts", tmp_path / "in.ts"
    run(
        *("ffmpeg", "-i", clips / "aac.ts", "-c", "copy"),
        *("-output_ts_offset", offset, second),
    )
    source.write_bytes((clips / "aac.ts").read_bytes() + second.read_bytes())
    report = paint_video(source, tmp_path / "out.mp4", same)
    judged = probe(tmp_path / "out.mp4")
    assert report.frames == judged.frames == 100
    assert judged.span == pytest.approx(4.0, abs=0.1)
    assert np.diff(judged.times) == pytest.approx(0.04, abs=0.1)
    assert (np.diff(judged.times) < 0.02).sum() <= 2
