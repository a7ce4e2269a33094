"""Clips that ffmpeg made: pictures, sound, containers of all kinds."""

from pathlib import Path

from tests.livestyle.probe import run


def write_clips(folder: Path) -> Path:
    """Writes them all into a folder, two seconds each."""
    run(
        *("ffmpeg", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=2"),
        *("-f", "lavfi", "-i", "sine=d=2", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-bf", "2", "-c:a", "aac", folder / "aac.mp4"),
    )
    for name, options in {
        "aac.ts": ["-c", "copy"],
        "aac.mkv": ["-c", "copy"],
        "vorbis.mkv": ["-c:v", "copy", "-c:a", "libvorbis"],
        "opus.webm": ["-c:v", "libvpx", "-c:a", "libopus", "-ac", "2"],
        "pcm.mov": ["-c:v", "copy", "-c:a", "pcm_s16le"],
        "mp3.avi": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
        "ac3.mp4": ["-c:v", "copy", "-c:a", "ac3"],
        "mute.mp4": ["-c:v", "copy", "-an"],
        "soundonly.m4a": ["-c:a", "copy", "-vn"],
        "vfr.mp4": [
            *("-vf", "select='lt(n,12)+not(mod(n,5))'", "-vsync", "vfr"),
            *("-c:v", "libx264", "-c:a", "copy"),
        ],
        "wide.mp4": ["-vf", "setsar=4/3", "-c:v", "libx264", "-an"],
    }.items():
        run("ffmpeg", "-i", folder / "aac.mp4", *options, folder / name)
    for name in ("late.mp4", "late.ts"):  # the sound comes half a second late
        run(
            *("ffmpeg", "-i", folder / "aac.mp4", "-itsoffset", "0.5"),
            *("-i", folder / "aac.mp4", "-map", "0:v", "-map", "1:a"),
            *("-c", "copy", folder / name),
        )
    return folder
