"""The encoders here are what PyAV and this machine have: only x264 is everywhere."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.sinks import encoder_choice
from livestyle.sinks.encoder_choice import ENCODERS, choose_encoder, distrust
from livestyle.sinks.recorder import Recorder
from livestyle.takes import Takes
from tests.livestyle.probe import probe
from tests.livestyle.program import wait_until
from tests.livestyle.recording import CARD, boxes, steady, write_all


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test distrusts is trusted again after it."""
    monkeypatch.setattr(encoder_choice, "_distrusted", set())
    yield
    encoder_choice._try.cache_clear()


def test_x264_is_the_last_and_always_works() -> None:
    assert ENCODERS[-1] == "libx264"
    for effort in ("small", "prompt", "cheap"):
        assert choose_encoder(320, 240, effort, ["libx264"]) == "libx264"


def test_what_is_chosen_records(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True)
    assert recorder.encoder == ""
    write_all(recorder, steady(5, 30))
    recorder.close()
    assert recorder.encoder in ENCODERS
    assert recorder.encoder == choose_encoder(320, 240)
    assert (probe(tmp_path / "x.mp4").codec, recorder.frames) == ("h264", 5)


def test_what_is_not_there_or_does_not_open_is_passed_over() -> None:
    # The second is in PyAV and refuses sizes that are not those of old telephones.
    assert choose_encoder(320, 240, candidates=["no_such", "h263", "libx264"]) == (
        "libx264"
    )


def test_without_any_encoder_each_ones_reason_is_told() -> None:
    with pytest.raises(
        OutputError,
        match=r"takes 320x240 \(no_such: not in this PyAV; h263: .+\). Try another",
    ):
        choose_encoder(320, 240, candidates=["no_such", "h263"])


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has it")
def test_videotoolbox_is_not_chosen_elsewhere() -> None:
    chosen = choose_encoder(320, 240, candidates=["h264_videotoolbox", "libx264"])
    assert chosen == "libx264"


def test_an_encoder_is_tried_once_for_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[int, int]] = []

    def counted(size_wh: tuple[int, int]) -> encoder_choice.Converter:
        tried.append(size_wh)
        return converter(size_wh)

    converter = encoder_choice.Converter
    encoder_choice._try.cache_clear()
    monkeypatch.setattr(encoder_choice, "Converter", counted)
    for width, height in [(64, 48), (65, 49), (64, 48), (32, 32)]:
        choose_encoder(width, height, candidates=["libx264"])
    assert set(tried) == {(64, 48), (32, 32)}
    assert len(tried) == 2


def test_an_encoder_that_failed_is_not_chosen_again() -> None:
    candidates = ["mpeg4", "libx264"]  # stands for hardware: it opens and encodes
    options = encoder_choice.options
    try:
        encoder_choice.options = lambda *_: {}  # type: ignore[assignment]
        assert choose_encoder(320, 240, candidates=candidates) == "mpeg4"
        distrust("mpeg4")
        assert choose_encoder(320, 240, candidates=candidates) == "libx264"
    finally:
        encoder_choice.options = options
    distrust("libx264")
    assert choose_encoder(320, 240, candidates=["libx264"]) == "libx264"


def break_encoder(recorder: Recorder, after: int) -> None:
    """Ends the encoder, which then refuses every picture, as a lost GPU would."""
    wait_until(lambda: recorder.frames >= after, "nothing is encoded")
    assert recorder._movie is not None
    recorder._movie._stream.encode(None)


def test_an_encoder_that_fails_in_the_middle_leaves_a_movie_that_plays(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_frames=1)
    write_all(recorder, steady(5, 30))
    break_encoder(recorder, after=5)
    with pytest.raises(OutputError, match=r"cannot encode '.*x\.mp4': "):
        write_all(recorder, steady(50, 30, start=1.0))
    recorder.close()
    judged = probe(tmp_path / "x.mp4")
    assert judged.frames == recorder.frames == 5
    assert boxes(tmp_path / "x.mp4").count("moov") == 1


def test_hardware_that_fails_in_the_middle_is_left_out_of_the_next_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # x264 stands for hardware here: another one is the last of the list.
    monkeypatch.setattr(encoder_choice, "ENCODERS", ("libx264", "another"))
    recorder = Recorder(tmp_path / "x.mp4", lossless=True, queue_frames=1)
    write_all(recorder, steady(2, 30))
    break_encoder(recorder, after=2)
    with pytest.raises(OutputError):
        write_all(recorder, steady(50, 30, start=1.0))
    recorder.close()
    with pytest.raises(OutputError, match="libx264: it failed before; another: not in"):
        choose_encoder(320, 240, candidates=encoder_choice.ENCODERS)


def test_the_picture_goes_on_when_the_encoder_fails_and_the_note_says_so(
    tmp_path: Path,
) -> None:
    controls = Controls(("wave",))
    takes = Takes(controls, tmp_path, None, 30)
    controls.toggle("recording")
    for index, captured in enumerate(steady(50, 30)):
        takes.write(Frame(CARD, index, captured))  # raises nothing
        if index == 3:
            assert takes._recorder is not None
            break_encoder(takes._recorder, after=4)
    takes.close()
    assert "cannot encode" in takes.trouble
    assert (controls.recording, takes.seconds) == (False, None)
    assert takes.encoder in ENCODERS
    (path,) = tmp_path.iterdir()
    assert probe(path).frames == 4
