"""Every option of the program once: its default, its unit and its help.

The command line and the TOML file (`settingsfile`) are both read by this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livestyle.readers import (
    AUTO,
    parse_format,
    parse_fps,
    parse_path,
    parse_precision,
    parse_quality,
    parse_record_what,
    parse_replay,
    parse_seconds,
    parse_size,
    parse_strength,
    parse_text,
    parse_threads,
)


def _about(
    read: Callable[[Any], Any], help: str, meta: str = "", example: str = ""
) -> dict[str, Any]:
    """A row of the table: how its text is read, what it is, what stands for it.

    An option without a default has an example for the file of settings.
    """
    return {"read": read, "help": help, "meta": meta, "example": example}


@dataclass(frozen=True)
class Settings:
    """What a live run is to do; each field is an option of the command line."""

    source: str = field(
        default="auto",
        metadata=_about(
            parse_text,
            "camera number or name, video file, URL (rtsp, http, udp ...) or demo; "
            "auto takes the first camera, or the demo where there is none",
            "SOURCE",
        ),
    )
    size: tuple[int, int] | None = field(
        default=None,
        metadata=_about(
            parse_size, "ask camera or demo for this size of picture", "WxH", "640x480"
        ),
    )
    fps: float | None = field(
        default=None,
        metadata=_about(
            parse_fps, "ask camera or demo for so many frames/s", "N", "60"
        ),
    )
    format: str = field(
        default="auto",
        metadata=_about(
            parse_format,
            "ask a camera for mjpg (compressed) or yuyv (raw); auto takes mjpg where "
            "raw pictures do not fit through USB 2",
            "NAME",
        ),
    )
    style: str | None = field(
        default=None,
        metadata=_about(parse_text, "the style to begin with", "NAME", "great-wave"),
    )
    strength: float = field(
        default=1.0,
        metadata=_about(
            parse_strength, "0 is the camera's picture, 1 the full style", "0..1"
        ),
    )
    blend: str | None = field(
        default=None,
        metadata=_about(parse_text, "a second style, blended in", "NAME", "the-scream"),
    )
    blend_weight: float = field(
        default=0.5,
        metadata=_about(parse_strength, "how much of the blend that one is", "0..1"),
    )
    keep_colours: bool = field(
        default=False,
        metadata=_about(bool, "keep the camera's colours, paint in light and dark"),
    )
    slide_show: float | None = field(
        default=None,
        metadata=_about(
            parse_seconds, "go on to the next style every so often", "SECONDS", "10"
        ),
    )
    model: Path | None = field(
        default=None,
        metadata=_about(parse_path, "a painter file of your own", "FILE", "my.onnx"),
    )
    styles_folder: Path | None = field(
        default=None,
        metadata=_about(
            parse_path,
            "watch this folder for painters of your own, not the usual one (see "
            "'livestyle styles')",
            "FOLDER",
            "my-styles",
        ),
    )
    provider: str = field(
        default="auto",
        metadata=_about(
            parse_text,
            "what runs the painter: auto, cpu, cuda, tensorrt, directml, coreml ...",
            "NAME",
        ),
    )
    require_gpu: bool = field(
        default=False,
        metadata=_about(
            bool, "end with exit status 3 when no GPU runs the painter, also later on"
        ),
    )
    precision: str = field(
        default="auto",
        metadata=_about(
            parse_precision,
            "float32, float16 or int8, where such files lie beside the painter; auto "
            "takes float16 on a GPU, on a CPU what is faster of float32 and int8",
            "NAME",
        ),
    )
    threads: int = field(
        default=0,
        metadata=_about(
            parse_threads, "CPU threads for the painter, 0 for automatic", "N"
        ),
    )
    quality: str = field(
        default=AUTO,
        metadata=_about(
            parse_quality,
            "the size at which a live picture is painted: auto (smaller where the "
            "machine is too slow), full, or a percentage such as 75; files are painted "
            "at full size",
            "NAME",
        ),
    )
    target_fps: float = field(
        default=30.0,
        metadata=_about(
            parse_fps, "the frames/s that the automatic quality is to hold", "N"
        ),
    )
    mirror: bool = field(
        default=False, metadata=_about(bool, "show left and right as a mirror does")
    )
    overlay: bool = field(
        default=True, metadata=_about(bool, "begin with the status line shown")
    )
    window: bool = field(default=True, metadata=_about(bool, "show a window"))
    fullscreen: bool = field(
        default=False, metadata=_about(bool, "begin with the whole screen")
    )
    seconds: float | None = field(
        default=None,
        metadata=_about(parse_seconds, "end by itself after so long", "SECONDS", "60"),
    )
    record: Path | None = field(
        default=None,
        metadata=_about(
            parse_path, "record to this MP4 file from the start", "FILE", "a.mp4"
        ),
    )
    record_what: str = field(
        default="painted",
        metadata=_about(
            parse_record_what,
            "what recordings show: painted, original or both side by side",
            "NAME",
        ),
    )
    microphone: str | None = field(
        default=None,
        metadata=_about(
            parse_text,
            "record the sound of this microphone too: its name, a part of it, or "
            "default (see 'livestyle microphones')",
            "NAME",
            "default",
        ),
    )
    replay: float = field(
        default=10.0,
        metadata=_about(
            parse_replay,
            "how much a key can save after it has happened; 0 remembers nothing",
            "SECONDS",
        ),
    )
    virtual_camera: bool = field(
        default=False,
        metadata=_about(bool, "give the picture to other programs as a camera"),
    )
    release_when_unwatched: float | None = field(
        default=None,
        metadata=_about(
            parse_seconds,
            "with a virtual camera: release the real one when no program has read it "
            "for so long, take it again when one does (Linux)",
            "SECONDS",
            "30",
        ),
    )
    folder: Path = field(
        default=Path("recordings"),
        metadata=_about(
            parse_path, "where the keys put recordings, snapshots", "FOLDER"
        ),
    )
    remember: bool = field(
        default=False,
        metadata=_about(
            bool,
            "begin as the last run with this option ended: style, strength, mirror, "
            "colours, status line, whole screen",
        ),
    )
    stats: Path | None = field(
        default=None,
        metadata=_about(
            parse_path,
            "write figures of the run to this JSON file at the end",
            "FILE",
            "stats.json",
        ),
    )
