"""Addresses: of a clip on a web server, of what is no video, of nobody."""

import socket
from pathlib import Path
from time import monotonic

import pytest

from livestyle.errors import SourceError
from livestyle.sources import Stream
from tests.livestyle.moving_card import number_on, write_clip
from tests.livestyle.sender import free_port
from tests.livestyle.web_server import web_server


def test_a_clip_on_a_web_server_plays_once_at_its_own_pace(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=8, fps=10)
    with web_server(tmp_path) as address:
        began = monotonic()
        frames = [f for f in Stream(f"{address}/clip.mp4") if f is not None]
        assert monotonic() - began > 0.6
    assert [number_on(frame.pixels) for frame in frames] == list(range(8))


def test_a_page_that_is_not_there_says_404(tmp_path: Path) -> None:
    with web_server(tmp_path) as address:
        stream = Stream(f"{address}/nothing.mp4")
        with pytest.raises(SourceError, match=r"404.*Check the address.*--source demo"):
            list(stream)


def test_a_page_that_is_no_video_says_so(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>no video</p>" * 99)
    with web_server(tmp_path) as address:
        stream = Stream(f"{address}/page.html")
        with pytest.raises(SourceError, match="Invalid data"):
            list(stream)


def test_nobody_listening_is_an_error_at_once() -> None:
    stream = Stream(f"tcp://127.0.0.1:{free_port(socket.SOCK_STREAM)}", patience=60)
    began = monotonic()
    with pytest.raises(SourceError, match=r"does not deliver \(Connection refused"):
        list(stream)
    assert monotonic() - began < 30


def test_nobody_sending_is_an_error_when_patience_ends() -> None:
    stream = Stream(f"udp://127.0.0.1:{free_port()}", patience=0.3)
    with pytest.raises(SourceError, match=r"no data came.*its sender is running"):
        list(stream)


@pytest.mark.parametrize("password", ["secret", "s/ecret", "s?ecret", "s@ecret#x"])
def test_passwords_are_never_shown(password: str) -> None:
    port = free_port(socket.SOCK_STREAM)
    stream = Stream(f"http://me:{password}@127.0.0.1:{port}/live?token=hidden")
    assert stream.name == f"http://127.0.0.1:{port}/live"
    with pytest.raises(SourceError) as caught:
        list(stream)
    told = f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"
    assert "ecret" not in told
    assert "hidden" not in told
