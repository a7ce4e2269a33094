import os
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch

from livestyle.errors import OutputError
from training.curve import Curve
from training.descent import Progress
from training.film import RATE, REST, Film
from training.optimize import Snapshot
from training.results import Results


def snapshot(step: int, level: float, size_wh=(48, 36), stage=0) -> Snapshot:
    canvas = torch.full((1, 3, size_wh[1], size_wh[0]), level)
    terms = {
        "total": 2.0 / (step + 1),
        "content": 1.0,
        "style": 0.0,
        "style conv1_1": 0.3,
    }
    return Snapshot(stage, 2, size_wh, 4, Progress(step, terms, canvas, step))


def level(path: Path) -> float:
    picture = cv2.imread(str(path))
    assert picture is not None
    return float(picture.mean() / 255)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_preview_is_rewritten_and_gives_way_to_the_picture(tmp_path: Path):
    results = Results(tmp_path / "wave.png", preview_every=2)
    assert files(tmp_path) == set()
    for step in range(4):
        results.add(snapshot(step, step / 4))
        assert level(tmp_path / "wave_preview.png") == pytest.approx(
            step // 2 * 2 / 4, abs=0.01
        )
    written = results.finish()
    assert written == [tmp_path / "wave.png", tmp_path / "wave_losses.png"]
    assert files(tmp_path) == {"wave.png", "wave_losses.png"}
    assert level(tmp_path / "wave.png") == pytest.approx(0.75, abs=0.01)


def test_nothing_is_left_where_no_step_was_made(tmp_path: Path):
    results = Results(tmp_path / "wave.png", film=tmp_path / "wave.mp4")
    results.begin((48, 36))
    assert results.finish() == []
    assert files(tmp_path) == set()


@pytest.mark.parametrize("name", ["wave.png", "wave_preview.png", "wave_losses.png"])
def test_nothing_is_overwritten_unless_asked(name: str, tmp_path: Path):
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError, match=r"already there.*--overwrite"):
        Results(tmp_path / "wave.png")
    assert (tmp_path / name).read_text() == "mine"
    results = Results(tmp_path / "wave.png", overwrite=True)
    results.add(snapshot(0, 0.5))
    results.finish()
    assert level(tmp_path / "wave.png") == pytest.approx(0.5, abs=0.01)


def test_other_kinds_of_pictures_are_refused(tmp_path: Path):
    with pytest.raises(
        OutputError, match=r"'\.gif' are not written.*End the name in \.p"
    ):
        Results(tmp_path / "wave.gif")


@pytest.mark.skipif(os.name != "posix", reason="a device that is always full")
def test_a_full_disk_leaves_no_half_picture(tmp_path: Path):
    """Under a limit of file size, which the system tells like a full disk."""
    import resource
    import signal

    results = Results(tmp_path / "wave.png", preview_every=0)
    results.add(snapshot(0, 0.5, (400, 300)))
    noisy = torch.rand(1, 3, 300, 400)
    results.latest = Snapshot(0, 1, (400, 300), 1, Progress(0, {}, noisy, 0))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"cannot write .*wave\.png"):
            results.finish()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert files(tmp_path) == set()


def test_the_film_shows_every_step_at_the_final_size(tmp_path: Path):
    results = Results(tmp_path / "wave.png", film=tmp_path / "wave.mp4", film_every=2)
    results.begin((96, 72))
    for step in range(5):
        results.add(snapshot(step, 0.2))
        assert not (tmp_path / "wave.mp4").exists()
    results.add(snapshot(0, 0.8, (96, 72), stage=1))
    assert tmp_path / "wave.mp4" in results.finish()
    with av.open(str(tmp_path / "wave.mp4")) as movie:
        stream = movie.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        pictures = [f.to_ndarray(format="rgb24") for f in movie.decode(stream)]
        seconds = float(stream.duration * stream.time_base)
    assert len(pictures) == 4
    assert {p.shape for p in pictures} == {(72, 96, 3)}
    means = [p.mean() / 255 for p in pictures]
    np.testing.assert_allclose(means, [0.2, 0.2, 0.2, 0.8], atol=0.02)
    assert seconds == pytest.approx(4 / RATE + REST, abs=0.1)
    assert files(tmp_path) == {"wave.png", "wave_losses.png", "wave.mp4"}


@pytest.mark.parametrize(("steps", "frames"), [(3, 3), (4, 3), (5, 4)])
def test_the_film_ends_with_the_finished_picture(
    steps: int, frames: int, tmp_path: Path
):
    """Of steps 0 to `steps` it has every second one, and the last in any case."""
    results = Results(tmp_path / "wave.png", film=tmp_path / "wave.mp4", film_every=2)
    results.begin((48, 36))
    for step in range(steps + 1):
        results.add(snapshot(step, step / steps))
    results.finish()
    with av.open(str(tmp_path / "wave.mp4")) as movie:
        means = [f.to_ndarray(format="rgb24").mean() / 255 for f in movie.decode()]
    assert len(means) == frames
    assert means[-1] == pytest.approx(1.0, abs=0.02)


def test_a_film_that_is_given_up_leaves_nothing(tmp_path: Path):
    film = Film(tmp_path / "wave.mkv", (48, 36))
    film.add(np.full((36, 48, 3), 0.5, np.float32))
    film.discard()
    film.discard()
    assert files(tmp_path) == set()


def test_films_of_unknown_kinds_and_taken_names_are_refused(tmp_path: Path):
    with pytest.raises(OutputError, match=r"movies of the kind '\.gif'"):
        Film(tmp_path / "wave.gif", (48, 36))
    (tmp_path / "wave.mp4").write_text("mine")
    with pytest.raises(OutputError, match="already there"):
        Film(tmp_path / "wave.mp4", (48, 36))
    film = Film(tmp_path / "wave.mp4", (48, 36), overwrite=True)
    assert (tmp_path / "wave.mp4").read_text() == "mine"
    film.add(np.full((36, 48, 3), 0.5, np.float32))
    film.close()
    assert (tmp_path / "wave.mp4").stat().st_size > 500


def test_the_curve_has_a_panel_for_each_size(tmp_path: Path):
    curve = Curve()
    for stage in ("48x36", "96x72"):
        for step in range(3):
            curve.add(stage, {"total": 1 / (step + 1), "tv": 0.0})
    assert [(name, len(terms["total"])) for name, terms in curve.stages] == [
        ("48x36", 3),
        ("96x72", 3),
    ]
    curve.write(tmp_path / "two.png")
    one = Curve()
    one.add("48x36", {"total": 1.0})
    one.write(tmp_path / "one.png")
    wide, narrow = (cv2.imread(str(tmp_path / f"{n}.png")) for n in ("two", "one"))
    assert wide.shape[1] > 1.5 * narrow.shape[1]
    assert wide.min() < 50  # something is drawn on the white
