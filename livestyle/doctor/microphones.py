"""Microphones, for the sound of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from livestyle.apart import TrialError, apart
from livestyle.doctor import pip
from livestyle.doctor.finding import Finding
from livestyle.sound.portaudio import ALLOW, PACKAGE

CHECK = "microphone"


def check_microphones() -> Iterator[Finding]:
    """The package, which microphones there are, and some sound of the default one."""
    if find_spec("sounddevice") is None:
        text = "sounddevice is not installed, so recordings have no sound"
        yield Finding(CHECK, "warning", text, pip.install(PACKAGE))
        return
    try:
        answer = apart("livestyle.doctor.microphone_trial", seconds=30.0)
    except TrialError as error:
        answer = {"error": f"no sound comes: {error}", "fix": ALLOW}
    if "error" in answer:
        yield Finding(CHECK, "warning", str(answer["error"]), str(answer["fix"]))
    else:
        text = f"{answer['name']} gives {answer['rate']} samples/s"
        yield Finding(CHECK, "ok", text, "", answer)
