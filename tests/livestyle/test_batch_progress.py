import io
from pathlib import Path

from livestyle.batch.progress import Line, Progress

A, B, C = Path("in/a.mp4"), Path("in/b.mp4"), Path("in/c.mp4")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_told_of_each_video_and_of_all() -> None:
    clock = Clock()
    progress = Progress({A: 1000, B: 3000}, clock)
    progress.advance(A, 0, 10)
    progress.advance(B, 0, 30)
    clock.now = 10
    progress.advance(A, 5, 10)
    progress.advance(B, 5, 30)
    assert progress.line() == (
        "0/2 videos, 25%, 0:30 left | a.mp4 50%, 0:10 left | b.mp4 17%, 0:50 left"
    )
    clock.now = 20
    progress.advance(A, 10, 10)
    progress.end(A)
    assert progress.line() == "1/2 videos, 38%, 0:33 left | b.mp4 17%, 1:40 left"


def test_what_failed_is_waited_for_by_nobody() -> None:
    clock = Clock()
    progress = Progress({A: 1000, B: 1000, C: 1000}, clock)
    progress.advance(A, 0, 10)
    progress.end(B)  # before its first frame
    clock.now = 10
    progress.advance(A, 5, 10)
    assert progress.line() == "1/3 videos, 25%, 0:30 left | a.mp4 50%, 0:10 left"


def test_hours_are_told_and_nothing_is_promised_in_the_first_second() -> None:
    clock = Clock()
    progress = Progress({A: 1000}, clock)
    progress.advance(A, 1, 1000)
    assert progress.line() == "0/1 videos, 0% | a.mp4 0%"
    clock.now = 10
    assert progress.line() == "0/1 videos, 0%, 2:46:30 left | a.mp4 0%, 2:46:30 left"


def test_a_header_that_promises_too_little_never_gives_more_than_all() -> None:
    clock = Clock()
    progress = Progress({A: 1000}, clock)
    progress.advance(A, 1, 10)
    clock.now = 10
    progress.advance(A, 25, 10)
    assert progress.line() == "0/1 videos, 100%, 0:00 left | a.mp4 100%, 0:00 left"


def test_without_a_promise_frames_are_counted() -> None:
    clock = Clock()
    progress = Progress({A: None, B: 1000}, clock)
    progress.advance(A, 7, None)
    clock.now = 10
    assert progress.line() == "0/2 videos | a.mp4 7 frames"


def test_elsewhere_than_on_a_terminal_no_line_is_shown() -> None:
    out = io.StringIO()
    line = Line(out)
    line.show(lambda: "half")
    line.clear()
    assert out.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_takes_the_place_of_the_one_before() -> None:
    out = Terminal()
    line = Line(out)
    line.show(lambda: "half")
    line.show(lambda: "too early for another one")
    line.clear()
    line.show(lambda: "x" * 1000)
    assert out.getvalue().startswith("\r\x1b[Khalf\r\x1b[K\r\x1b[Kxx")
    assert "early" not in out.getvalue()
    assert len(out.getvalue()) < 900
