import json
import signal
from pathlib import Path
from threading import Event

import numpy as np

from livestyle.frame import Pixels
from tests.livestyle.probe import first_picture, probe, run
from tests.livestyle.program import running, wait_for_bytes
from tests.livestyle.sender import free_port, sending
from tests.livestyle.tiny_painter import write_painter

ABSENCE = 3.2  # seconds; longer than a stall, so that the connection is made anew


def test_a_stream_is_painted_and_recorded_while_its_sender_comes_and_goes(
    tmp_path: Path,
):
    model = write_painter(tmp_path / "tiny.onnx")
    url = f"udp://127.0.0.1:{free_port()}"
    movie = tmp_path / "a.mp4"
    words = f"--source {url} --no-window --record a.mp4 --stats s.json --model"
    with running(*words.split(), model, cwd=tmp_path) as program:
        with sending(url):
            wait_for_bytes(movie, 12_000)
        Event().wait(ABSENCE)
        before = movie.stat().st_size
        with sending(url):
            wait_for_bytes(movie, before + 12_000)
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (0, "saved a.mp4\n")
    assert "Traceback" not in err

    stats = json.loads((tmp_path / "s.json").read_text())
    shown, dropped = stats["frames_shown"], stats["frames_dropped"]
    # One may lie in the slot at the end, and another be on its way there.
    assert 0 <= stats["frames_captured"] - shown - dropped <= 2
    assert stats["source"] == url

    judged = probe(movie)
    assert (judged.codec, judged.pix_fmt) == ("h264", "yuv420p")
    assert judged.size_wh == (160, 120)
    assert shown > 20
    assert judged.frames == shown - stats["frames_left_out_of_recordings"]
    # The movie stands still as long as the sender was away, and not all the time. What
    # waited in the decoder may come in between, when the stream counts as lost, and
    # what waited for a busy machine comes at first.
    gaps = np.diff(judged.times)
    assert gaps[gaps > 0.5].sum() > ABSENCE - 1
    assert np.median(gaps) < 0.5
    assert 5 < gaps.argmax() < len(gaps) - 5
    assert gaps.max() > 1
    seen = first_picture(movie, (160, 120)).astype(int)
    assert np.abs(seen - (255 - sent_picture())).mean() < 20
    assert np.abs(seen - sent_picture()).mean() > 100


def sent_picture() -> Pixels:
    """What FFmpeg sends, apart from its clock."""
    source = ("-f", "lavfi", "-i", "testsrc=size=160x120:rate=20", "-frames:v", "1")
    raw = run("ffmpeg", *source, "-f", "rawvideo", "-pix_fmt", "bgr24", "-")
    return np.frombuffer(raw, np.uint8).reshape(120, 160, 3)
