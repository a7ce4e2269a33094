"""The file of settings that is written for a person, and read at every start."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from livestyle.cli import main
from livestyle.configfile import text
from livestyle.flags import FLAGS
from livestyle.places import config_file
from livestyle.settings import Settings
from livestyle.settingsfile import load_settings
from tests.livestyle.refusal import Captured, refusal

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "livestyle" / "livestyle.toml"


def test_what_is_written_reads_back_as_the_defaults(capsys: Captured):
    assert main(["config", "my.toml"]) == 0
    assert capsys.readouterr().out == "my.toml\n"
    assert load_settings({}, Path("my.toml")) == Settings()


def test_every_option_is_there_with_what_it_does():
    lines = text().splitlines()
    plain = " ".join(line.removeprefix("# ") for line in lines).lower()
    for row in fields(Settings):
        key = FLAGS.get(row.name, row.name)
        assert sum(bool(re.match(f"(# )?{key} = ", line)) for line in lines) == 1
        assert " ".join(row.metadata["help"].split()).lower() in plain
    assert max(map(len, lines)) <= 88


def test_every_example_is_valid_when_its_sign_is_taken_away(tmp_path: Path):
    file = tmp_path / "my.toml"
    file.write_text(re.sub(r"(?m)^# ([a-z-]+ = )", r"\1", text()))
    settings = load_settings({}, file)
    for row in fields(Settings):
        assert getattr(settings, row.name) is not None
    assert settings.size == (640, 480)
    assert settings.seconds == 60


def test_the_usual_file_is_written_once_and_never_over_another(
    usual: Path, capsys: Captured
):
    assert config_file() == usual
    assert main(["config"]) == 0
    assert capsys.readouterr().out == f"{usual}\n"
    usual.write_text("strength = 0.5\n")
    assert "already there" in refusal(capsys, "config")
    assert usual.read_text() == "strength = 0.5\n"
    assert "already there" in refusal(capsys, "config", usual)
    assert "its folder is not there" in refusal(capsys, "config", "gone/my.toml")
    assert [path.name for path in usual.parent.iterdir()] == ["livestyle.toml"]


def test_the_usual_file_is_read_unless_another_or_none_is_asked_for(
    usual: Path, model: Path
):
    words = "--source demo --size 64x48 --no-window --for 0.2 --stats s.json --model"

    def style(*more: str) -> str:
        assert main([*words.split(), str(model), *more]) == 0
        return str(json.loads(Path("s.json").read_text())["style"])

    assert style() == "negative"
    usual.parent.mkdir(parents=True)
    usual.write_text('style = "tinted"')
    assert style() == "tinted"
    assert style("--style", "negative") == "negative"
    assert style("--no-config") == "negative"
    Path("my.toml").write_text("strength = 0.5")
    assert style("--config", "my.toml") == "negative"


def test_a_usual_file_that_is_wrong_stops_every_command_that_reads_it(
    usual: Path, model: Path, capsys: Captured
):
    usual.parent.mkdir(parents=True)
    usual.write_text("colour = 1")
    for words in (["--source", "demo"], ["styles"], ["image", "a", "-o", "b"]):
        style = ["--style", "x"] if "image" in words else []
        told = refusal_of_any_length(capsys, *words, *style)
        assert "livestyle.toml has the unknown key 'colour'" in told
    usual.write_text("colour 1")
    assert "--no-config" in refusal_of_any_length(capsys, "styles")
    assert main(["styles", "--no-config", "--model", str(model)]) == 0


def refusal_of_any_length(capsys: Captured, *words: str) -> str:
    """As the folder of the tests may have a long name."""
    assert main(list(words)) == 1
    return capsys.readouterr().err


def test_the_settings_of_the_file_hold_for_lists_as_well(
    usual: Path, model: Path, capsys: Captured
):
    usual.parent.mkdir(parents=True)
    usual.write_text(f"model = {json.dumps(str(model))}\nmirror = true")
    assert main(["styles"]) == 0
    assert capsys.readouterr().out.startswith(" 1  negative")


def test_someone_without_a_home_gives_a_path(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
):
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert "you have no home. Give a path" in refusal(capsys, "config")
    assert main(["config", "my.toml"]) == 0
