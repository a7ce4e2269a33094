from dataclasses import fields

import pytest

from livestyle import __version__
from livestyle.cli import COMMANDS, main
from livestyle.flags import FLAGS
from livestyle.settings import Settings
from tests.livestyle.refusal import Captured

pytestmark = pytest.mark.usefixtures("home")


def help_of(capsys: Captured, *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*words, "--help"])
    assert left.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_names_every_command(capsys: Captured):
    text = help_of(capsys)
    for name in COMMANDS:
        assert f" {name} " in text


def test_help_of_a_run_lists_every_option_with_its_default(capsys: Captured):
    text = help_of(capsys, "run")
    for row in fields(Settings):
        assert f"--{FLAGS.get(row.name, row.name)}" in text
    for default in ("(auto)", "(1.0)", "(recordings)", "(on)", "(off)", "(0)"):
        assert default in text


@pytest.mark.parametrize(
    "name",
    [
        *("video", "image", "styles", "keys", "cameras", "microphones"),
        *("doctor", "bench", "config"),
    ],
)
def test_every_command_has_a_help_of_its_own(name: str, capsys: Captured):
    assert f"livestyle {name}" in help_of(capsys, name)


def test_the_version_is_told(capsys: Captured):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"livestyle {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--size", "640"],
        ["--strength", "2"],
        ["--strength", "-1"],
        ["--for", "0"],
        ["--overlay", "false"],
        ["--colour", "red"],
        ["image", "a.png"],
        ["paint"],
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words: list[str], capsys: Captured):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: livestyle" in capsys.readouterr().err
