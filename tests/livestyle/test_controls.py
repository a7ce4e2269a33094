import pytest

from livestyle.controls import Controls

STYLES = ("great-wave", "starry-night", "the-scream")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_styles_go_round_in_both_directions():
    controls = Controls(STYLES)
    seen = []
    for _ in range(4):
        seen.append(controls.style)
        controls.step_style(+1)
    assert seen == [*STYLES, "great-wave"]
    controls = Controls(STYLES)
    controls.step_style(-1)
    assert controls.style == "the-scream"


def test_a_style_beyond_the_list_leaves_only_a_note():
    controls = Controls(STYLES, index=1)
    controls.choose_style(8)
    assert (controls.style, controls.note) == ("starry-night", "no style 9")


def test_choosing_a_style_shows_it_even_if_stylizing_was_off():
    controls = Controls(STYLES, stylizing=False)
    controls.choose_style(2)
    assert controls.stylizing
    assert controls.note == "the-scream"


def test_strength_passes_every_tenth_and_hits_both_ends_exactly():
    controls = Controls(STYLES)
    going_down = []
    for _ in range(12):
        controls.change_strength(-0.1)
        going_down.append(controls.strength)
    assert going_down == [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0, 0.0]
    for _ in range(12):
        controls.change_strength(+0.1)
    assert controls.strength == 1.0


def test_the_note_tells_the_strength():
    controls = Controls(STYLES, strength=0.6)
    controls.change_strength(+0.1)
    assert controls.note == "strength 0.7"


@pytest.mark.parametrize(
    "name",
    [
        "stylizing",
        "mirror",
        "overlay",
        "help",
        "fullscreen",
        "paused",
        "released",
        "recording",
        "recording_paused",
        "keep_colours",
    ],
)
def test_a_switch_goes_there_and_back_and_touches_nothing_else(name: str):
    controls, before = Controls(STYLES), vars(Controls(STYLES)).copy()
    controls.toggle(name)
    assert getattr(controls, name) is not before[name]
    changed = {key for key in before if vars(controls)[key] != before[key]}
    assert changed - {"note", "noted"} == {name}
    controls.toggle(name)
    assert getattr(controls, name) is before[name]


def test_an_unknown_switch_is_a_mistake_in_the_program():
    with pytest.raises(ValueError, match="no switch 'styles'"):
        Controls(STYLES).toggle("styles")


def test_every_snapshot_that_is_asked_for_is_counted():
    controls = Controls(STYLES)
    controls.ask_snapshot()
    controls.ask_snapshot()
    assert controls.snapshots == 2


def test_a_note_fades():
    clock = Clock()
    controls = Controls(STYLES, clock=clock)
    controls.say("saved")
    clock.now += 1.9
    assert controls.recent_note() == "saved"
    clock.now += 0.2
    assert controls.recent_note() == ""


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"styles": ()}, "style 0 of 0"),
        ({"styles": STYLES, "index": 3}, "style 3 of 3"),
        ({"styles": STYLES, "strength": 1.5}, "strength 1.5"),
    ],
)
def test_impossible_beginnings_are_refused(wrong: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        Controls(**wrong)


def test_another_list_of_styles_leaves_the_choice_as_it_was_if_it_can():
    controls = Controls(("a", "b", "c"), index=1)
    controls.relist(("x", "a", "b"))
    assert (controls.style, controls.index) == ("b", 2)
    controls.relist(("x", "y"))
    assert (controls.style, controls.index) == ("x", 0)
    assert controls.note == ""
