"""Painters without a model, and when to stop them."""

from collections.abc import Callable
from dataclasses import replace

from livestyle.frame import Frame


def negative(frame: Frame) -> Frame:
    return replace(frame, pixels=255 - frame.pixels)


def same(frame: Frame) -> Frame:
    return frame


def stop_after(frames: int) -> Callable[[], bool]:
    calls = iter(range(1, 1000))
    return lambda: next(calls) >= frames
