"""How the controls stood at the end, at the next start."""

import json
from pathlib import Path
from typing import Any

import pytest

from livestyle.app import App
from livestyle.cli import main
from livestyle.controls import Controls
from livestyle.places import state_file
from livestyle.settings import Settings
from livestyle.wishes import keep, recall, with_remembered
from tests.livestyle.zoo_painter import write_zoo

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert state_file() == tmp_path / "state" / "livestyle" / "last.json"
    return state_file()


def controls(**changes: Any) -> Controls:
    return Controls(("negative", "tinted"), **changes)


def test_what_a_person_chose_comes_back(state: Path):
    assert recall() == {}
    keep(controls(index=1, strength=0.4, mirror=True, overlay=False, fullscreen=True))
    wanted = {"style": "tinted", "strength": 0.4, "mirror": True}
    others = {"keep_colours": False, "overlay": False, "fullscreen": True}
    assert recall() == {**wanted, **others}
    keep(controls())
    assert recall()["strength"] == 1
    assert [path.name for path in state.parent.iterdir()] == ["last.json"]


def test_it_goes_above_the_file_and_below_what_is_typed(tmp_path: Path):
    keep(controls(index=1, strength=0.4, mirror=True))
    file = tmp_path / "my.toml"
    file.write_text('strength = 0.7\nstyle = "negative"\nremember = true\nthreads = 2')
    settings, style = with_remembered({"mirror": False}, file)
    assert (settings.strength, settings.mirror, settings.threads) == (0.4, False, 2)
    assert (settings.style, style) == ("negative", "tinted")
    settings, style = with_remembered({"style": "negative"}, file)
    assert style is None
    assert with_remembered({"remember": False}, file)[0].strength == 0.7
    assert with_remembered({}, None) == (Settings(), None)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "3", "[" * 9000, "\0" * 99_999, '{"style": "\\ud800"}'],
)
def test_a_broken_file_counts_as_none(state: Path, text: str):
    state.parent.mkdir(parents=True)
    state.write_text(text)
    assert recall() == {}
    keep(controls())
    assert recall()["style"] == "negative"


def test_of_a_file_only_what_is_valid_is_taken(state: Path):
    state.parent.mkdir(parents=True)
    for value in (None, -1, 1.5, "1", True, [1], 10**400, float("nan"), {"a": 1}):
        state.write_text(json.dumps({"strength": value, "mirror": True}))
        assert recall() == {"mirror": True}
    for value in (0, 1, "true", None, []):
        state.write_text(json.dumps({"strength": 0.5, "overlay": value}))
        assert recall() == {"strength": 0.5}
    for value in ("../up", "A", "", 3, None, "x" * 65, "a\n"):
        state.write_text(json.dumps({"style": value, "model": "x", "quitting": True}))
        assert recall() == {}
    state.write_bytes(b"\xff\xfe")
    assert recall() == {}


def test_a_place_that_cannot_be_written_is_no_error(state: Path):
    state.parent.parent.write_text("in the way")
    keep(controls())
    assert recall() == {}


WORDS = "--source demo --size 64x48 --no-window --for 0.2 --remember --stats s.json"


def test_a_run_with_the_option_begins_as_the_one_before_ended(
    model: Path, state: Path, monkeypatch: pytest.MonkeyPatch
):
    def run(*words: str) -> str:
        assert main([*WORDS.split(), "--model", str(model), *words]) == 0
        return str(json.loads(Path("s.json").read_text())["style"])

    once = App.run

    def with_keys(app: App) -> None:
        app.controls.choose_style(1)
        app.controls.change_strength(-0.3)
        once(app)

    with monkeypatch.context() as patch:
        patch.setattr(App, "run", with_keys)
        assert run("--no-remember") == "tinted"
        assert not state.exists()
        assert run() == "tinted"
    assert recall()["strength"] == 0.7
    assert run() == "tinted"
    assert run("--no-remember") == "negative"
    assert run("--style", "negative", "--strength", "0.2") == "negative"
    assert recall()["strength"] == 0.2


def test_a_style_of_the_folder_is_remembered_and_forgiven_when_it_is_gone(
    model: Path, tmp_path: Path
):
    (tmp_path / "mine").mkdir()
    path = write_zoo(tmp_path / "mine" / "mosaic.onnx")

    def run(*words: str) -> str:
        options = [*WORDS.split(), "--model", str(model), "--styles-folder", "mine"]
        assert main([*options, *words]) == 0
        return str(json.loads(Path("s.json").read_text())["style"])

    assert run("--style", "mosaic") == "mosaic"
    assert run() == "mosaic"
    path.unlink()
    assert run() == "negative"
