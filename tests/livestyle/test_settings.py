import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from livestyle.errors import SettingsError
from livestyle.flags import FLAGS, add_options
from livestyle.readers import (
    parse_format,
    parse_fps,
    parse_seconds,
    parse_size,
    parse_strength,
    parse_threads,
)
from livestyle.settings import Settings
from livestyle.settingsfile import load_settings

# For every option: what is typed for it, the same in TOML, and what it becomes.
OPTIONS: dict[str, tuple[str, str, Any]] = {
    "source": ("rtsp://host/live", '"rtsp://host/live"', "rtsp://host/live"),
    "size": ("320x240", '"320x240"', (320, 240)),
    "fps": ("59.94", "59.94", 59.94),
    "format": ("MJPG", '"mjpg"', "mjpg"),
    "style": ("great-wave", '"great-wave"', "great-wave"),
    "strength": ("0.25", "0.25", 0.25),
    "blend": ("the-scream", '"the-scream"', "the-scream"),
    "blend_weight": ("0.25", "0.25", 0.25),
    "keep_colours": ("", "true", True),
    "slide_show": ("7.5", "7.5", 7.5),
    "model": ("my.onnx", '"my.onnx"', Path("my.onnx")),
    "styles_folder": ("mine", '"mine"', Path("mine")),
    "provider": ("cuda", '"cuda"', "cuda"),
    "require_gpu": ("", "true", True),
    "precision": ("int8", '"int8"', "int8"),
    "threads": ("3", "3", 3),
    "quality": ("75%", "75", "75"),
    "target_fps": ("24", "24", 24.0),
    "mirror": ("", "true", True),
    "overlay": ("", "true", True),
    "window": ("", "true", True),
    "fullscreen": ("", "true", True),
    "seconds": ("2.5", "2.5", 2.5),
    "record": ("a.mp4", '"a.mp4"', Path("a.mp4")),
    "record_what": ("both", '"both"', "both"),
    "microphone": ("usb", '"usb"', "usb"),
    "replay": ("2.5", "2.5", 2.5),
    "virtual_camera": ("", "true", True),
    "release_when_unwatched": ("30", "30", 30.0),
    "folder": ("takes", '"takes"', Path("takes")),
    "remember": ("", "true", True),
    "stats": ("s.json", '"s.json"', Path("s.json")),
}
SWITCHES = [name for name, (typed, _, _) in OPTIONS.items() if not typed]


def typed(*words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser)
    return vars(parser.parse_args(words))


def flag(name: str) -> str:
    return "--" + FLAGS.get(name, name)


def toml(folder: Path, text: str) -> Path:
    path = folder / "livestyle.toml"
    path.write_text(text, "utf-8")
    return path


def test_no_option_is_missing_from_these_tests():
    assert list(OPTIONS) == [row.name for row in fields(Settings)]


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_read_from_the_command_line(name: str):
    text, _, value = OPTIONS[name]
    words = [flag(name), text] if text else [flag(name)]
    assert getattr(load_settings(typed(*words)), name) == value


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_read_from_a_file(tmp_path: Path, name: str):
    _, text, value = OPTIONS[name]
    file = toml(tmp_path, f"{flag(name)[2:]} = {text}")
    assert getattr(load_settings({}, file), name) == value


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_goes_off_as_well_as_on(tmp_path: Path, name: str):
    assert getattr(load_settings(typed(f"--no-{flag(name)[2:]}")), name) is False
    file = toml(tmp_path, f"{flag(name)[2:]} = false")
    assert getattr(load_settings({}, file), name) is False
    assert getattr(load_settings(typed(flag(name)), file), name) is True


def test_the_command_line_goes_before_the_file_and_the_file_before_the_defaults(
    tmp_path: Path,
):
    file = toml(tmp_path, 'strength = 0.5\nstyle = "a"\noverlay = false')
    settings = load_settings(typed("--style", "b", "--mirror"), file)
    assert (settings.strength, settings.style) == (0.5, "b")
    assert (settings.overlay, settings.mirror) == (False, True)
    assert settings.source == "auto"


def test_with_nothing_said_the_defaults_hold():
    assert load_settings(typed()) == Settings()
    assert typed() == {}


def test_a_cameras_number_may_be_a_number(tmp_path: Path):
    assert load_settings({}, toml(tmp_path, "source = 1")).source == "1"


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("colour", "Did you mean: keep-colours"),
        ("no-overlay", "Did you mean: overlay"),
        ("Strength", r"Did you mean: strength"),
        ("zzz", "'livestyle config FILE' writes one with every key"),
        ("seconds", "key 'seconds'"),
    ],
)
def test_an_unknown_key_leads_to_one_that_is_near_or_to_all_of_them(
    tmp_path: Path, key: str, advice: str
):
    with pytest.raises(SettingsError, match=advice):
        load_settings({}, toml(tmp_path, f"{key} = 1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('overlay = "false"', "overlay in .* is 'false'.*must be true or false"),
        ("overlay = 0", "overlay in .* is 0.*must be true or false"),
        ("strength = true", "strength in .* is True.*must be text or a number"),
        ("strength = 1.5", "strength in .* is 1.5.*from 0 to 1"),
        ("strength = nan", "strength in .* is nan.*from 0 to 1"),
        ('strength = "much"', "strength in .* is 'much'.*much"),
        ("size = [640, 480]", r"size in .* is \[640, 480\].*must be text"),
        ('size = "640"', "size in .* is '640'.*WIDTHxHEIGHT"),
        ("threads = 1.5", "threads in .* is 1.5"),
        ('record-what = "it"', "record-what in .* is 'it'.*painted, original or both"),
        ("replay = -1", "replay in .* is -1.*from 0 to 600"),
        ("for = 0", "for in .* is 0.*positive"),
        ("[source]\nname = 1", r"source in .* is \{.*must be text"),
    ],
)
def test_a_value_of_a_wrong_kind_is_refused_with_what_was_seen(
    tmp_path: Path, text: str, message: str
):
    with pytest.raises(SettingsError, match=message):
        load_settings({}, toml(tmp_path, text))


@pytest.mark.parametrize(
    "data", [b"strength 0.5", b"\xff\xfe", b"a = " + b"[" * 5000, b"a = 1\na = 2"]
)
def test_a_file_that_is_no_toml_says_so(tmp_path: Path, data: bytes):
    path = tmp_path / "livestyle.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=r"livestyle\.toml cannot be read.*TOML"):
        load_settings({}, path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"gone\.toml cannot be read.*--config"):
        load_settings({}, tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("text", "size_wh"), [("640x480", (640, 480)), (" 32X8192 ", (32, 8192))]
)
def test_a_size_is_width_and_height(text: str, size_wh: tuple[int, int]):
    assert parse_size(text) == size_wh


@pytest.mark.parametrize(
    "text",
    [
        *("", "640", "640x", "x480", "640*480", "640x480x3", "31x480", "640x8193"),
        *("0x0", "-640x480", "640.5x480", "20000x20000", "999999999x32"),
    ],
)
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(ValueError, match="WIDTHxHEIGHT"):
        parse_size(text)


@pytest.mark.parametrize("text", ["-0.1", "1.1", "nan", "inf", "much", ""])
def test_what_is_no_strength_is_refused(text: str):
    with pytest.raises(ValueError, match=r"from 0 to 1|could not convert"):
        parse_strength(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e999", "ever"])
def test_what_is_no_length_of_time_is_refused(text: str):
    with pytest.raises(ValueError, match=r"positive|could not convert"):
        parse_seconds(text)


@pytest.mark.parametrize("text", ["0", "-30", "nan", "inf", "1001", "fast"])
def test_what_is_no_rate_is_refused(text: str):
    with pytest.raises(ValueError, match=r"above 0 and up to 1000|could not convert"):
        parse_fps(text)


@pytest.mark.parametrize("text", ["", "h264", "mjpeg"])
def test_what_is_no_pixel_format_lists_those_there_are(text: str):
    with pytest.raises(ValueError, match="auto, mjpg or yuyv"):
        parse_format(text)


@pytest.mark.parametrize("text", ["-1", "513", "two", "1.5"])
def test_what_is_no_number_of_threads_is_refused(text: str):
    with pytest.raises(ValueError, match=r"from 0 to 512|invalid literal"):
        parse_threads(text)


def test_a_wrong_word_on_the_command_line_says_what_was_wrong():
    with pytest.raises(argparse.ArgumentError, match="--size: '640': a size is WIDTHx"):
        typed("--size", "640")


def test_the_help_lists_every_option_with_its_default():
    parser = argparse.ArgumentParser()
    add_options(parser)
    text = " ".join(parser.format_help().split())
    for row in fields(Settings):
        assert flag(row.name) in text
        assert " ".join(row.metadata["help"].split()) in text
        if isinstance(row.default, bool):
            assert f"--no-{flag(row.name)[2:]}" in text
            assert f"{row.metadata['help']} ({'on' if row.default else 'off'})" in text
        elif row.default is not None:
            assert f"{row.metadata['help']} ({row.default})" in text


def test_a_command_may_take_a_few_of_the_options():
    parser = argparse.ArgumentParser()
    add_options(parser, "strength", "model")
    text = parser.format_help()
    assert "--strength" in text
    assert "--model" in text
    assert "--source" not in text
