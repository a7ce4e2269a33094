"""Replays that are given every frame, however slow the machine is."""

from collections.abc import Iterable

from livestyle.frame import Frame
from livestyle.sinks.replay import Replay
from tests.livestyle.program import wait_until


def remember(replay: Replay, frames: Iterable[Frame]) -> None:
    """Gives frames one by one and waits until each is encoded."""
    for frame in frames:
        before = replay.frames
        replay.write(frame)
        wait_until(
            lambda goal=before + 1: replay.frames >= goal,  # type: ignore[misc]
            "the replay stands still",
        )
