from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from livestyle.bound import Bound, run_plainly, unrecorded
from livestyle.frame import Pixels
from livestyle.providers import open_session
from tests.livestyle.tiny_painter import painted, write_painter

TINTED = np.float32([0, 1])
NEGATIVE = np.float32([1, 0])


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> ort.InferenceSession:
    path = write_painter(tmp_path_factory.mktemp("painter") / "tiny.onnx")
    return open_session(path.read_bytes(), "cpu", threads=1)[0]


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    chance = np.random.default_rng(seed)
    return chance.integers(0, 256, (height, width, 3), np.uint8)


class Recorder:
    """A session that behaves as with CUDA graphs: it repeats what it once recorded.

    Like those, it reads the memory that it was recorded with, whatever is bound later.

    Args:
        spoils: paints what it repeats otherwise, as a graph that went wrong would.
    """

    def __init__(self, session: ort.InferenceSession, *, spoils: bool = False) -> None:
        self._session = session
        self._spoils = spoils
        self.recorded: dict[str, Any] = {}
        self.runs: list[str] = []

    def io_binding(self) -> Any:
        return self._session.io_binding()

    def run(self, names: list[str], feeds: dict[str, Any], options: Any) -> Any:
        self.runs.append(options.get_run_config_entry("gpu_graph_id"))
        return self._session.run(names, feeds, options)

    def run_with_iobinding(self, binding: Any, options: Any) -> None:
        number = options.get_run_config_entry("gpu_graph_id")
        self.runs.append(number)
        if number == "-1":
            return self._session.run_with_iobinding(binding, options)
        first = self.recorded.setdefault(number, binding)
        if first is binding and self._spoils and self.runs.count(number) > 1:
            return None  # the picture of the first run again
        return self._session.run_with_iobinding(first, options)


def test_frames_through_buffers_are_painted_as_without_them(
    session: ort.InferenceSession,
):
    bound = Bound(session, "cpu", pytest.fail)
    for width, height in ((64, 48), (41, 37), (64, 48)):
        picture = noise(width, height, seed=width)
        for style in (TINTED, NEGATIVE):
            pastiche = bound.run(picture, style)
            assert (pastiche == painted(picture, style.tolist())).all()
    assert len(bound._buffers) == 2
    assert not bound._plain


def test_a_painting_that_somebody_holds_stays_as_it_is(session: ort.InferenceSession):
    bound = Bound(session, "cpu", pytest.fail)
    pictures = [noise(64, 48, seed) for seed in range(6)]
    kept = [bound.run(picture, NEGATIVE) for picture in pictures]
    for picture, pastiche in zip(pictures, kept, strict=True):
        assert (pastiche == 255 - picture).all()


def test_pixels_may_lie_in_memory_in_any_order(session: ort.InferenceSession):
    bound, picture = Bound(session, "cpu", pytest.fail), noise(80, 60)
    for view in (picture[:, ::-1], picture[..., ::-1], picture[1:50, 3:60]):
        assert (bound.run(view, NEGATIVE) == 255 - view).all()


def test_each_size_has_a_recording_of_its_own(session: ort.InferenceSession):
    recorder = Recorder(session)
    bound = Bound(recorder, "cpu", pytest.fail)
    for width in (64, 40, 64, 48, 40):
        picture = noise(width, 48, seed=width)
        assert (bound.run(picture, NEGATIVE) == 255 - picture).all()
    assert set(recorder.recorded) == {"1", "2", "3"}
    # A run to compare with must not be recorded.
    assert recorder.runs.count("-1") == 3


def test_a_recording_that_repeats_the_first_picture_is_not_used(
    session: ort.InferenceSession,
):
    said: list[str] = []
    recorder = Recorder(session, spoils=True)
    bound = Bound(recorder, "cpu", said.append)
    for seed in range(3):
        picture = noise(64, 48, seed)
        assert (bound.run(picture, NEGATIVE) == 255 - picture).all()
        assert (bound.run(picture[:40], NEGATIVE) == 255 - picture[:40]).all()
    assert len(said) == 1
    assert "levels off" in said[0]
    assert set(recorder.runs[3:]) == {"-1"}


def test_without_the_device_frames_are_painted_all_the_same_and_the_reason_is_said_once(
    session: ort.InferenceSession,
):
    if "CUDAExecutionProvider" in session.get_providers():
        pytest.skip("there is such a device")
    said: list[str] = []
    bound, picture = Bound(session, "cuda", said.append), noise(64, 48)
    for _ in range(2):
        assert (bound.run(picture, NEGATIVE) == 255 - picture).all()
    assert len(said) == 1
    assert said[0].startswith("without buffers on the device: ")


def test_where_the_copy_back_is_not_to_be_had_the_painting_comes_back_all_the_same(
    session: ort.InferenceSession, monkeypatch: pytest.MonkeyPatch
):
    def refused(*_: Any) -> None:
        raise RuntimeError("no data transfer between these devices")

    monkeypatch.setattr(ort.OrtValue, "ortvalue_from_numpy", refused)
    bound = Bound(session, "cpu", pytest.fail)
    kept = [(noise(64, 48, s), bound.run(noise(64, 48, s), NEGATIVE)) for s in (1, 2)]
    assert all((pastiche == 255 - picture).all() for picture, pastiche in kept)


def test_what_is_wrong_with_the_file_is_raised_as_without_buffers(tmp_path: Path):
    path = write_painter(tmp_path / "tiny.onnx", cut_rows=1)
    session, _ = open_session(path.read_bytes(), "cpu", threads=1)
    said: list[str] = []
    bound, picture = Bound(session, "cpu", said.append), noise(64, 48)
    assert bound.run(picture, NEGATIVE).shape == (47, 64, 3)  # its caller judges that
    assert len(said) == 1
    with pytest.raises(Exception, match="style"):
        bound.run(picture, np.float32([1, 0, 0]))


def test_a_plain_run_is_never_recorded(session: ort.InferenceSession):
    assert unrecorded().get_run_config_entry("gpu_graph_id") == "-1"
    picture = noise(40, 40)
    assert (run_plainly(session, picture, NEGATIVE) == 255 - picture).all()
