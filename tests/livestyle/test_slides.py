from dataclasses import replace

from livestyle.app import App
from livestyle.beginning import first_controls
from livestyle.controls import Controls
from livestyle.settings import Settings
from livestyle.slides import SlideShow
from tests.livestyle.app_run import ran

STYLES = ("great-wave", "starry-night", "the-scream")


def shown(show: SlideShow, *moments: float) -> list[str]:
    """The style at each moment."""
    seen = []
    for moment in moments:
        show.turn(moment)
        seen.append(show.controls.style)
    return seen


def test_each_style_stays_for_its_time_and_after_the_last_comes_the_first():
    show = SlideShow(Controls(STYLES, sliding=True), seconds=2)
    assert shown(show, 100, 101.9, 102, 103.9, 104, 106) == [
        *("great-wave", "great-wave", "starry-night", "starry-night"),
        *("the-scream", "great-wave"),
    ]


def test_without_a_slide_show_a_style_stays():
    show = SlideShow(Controls(STYLES), seconds=2)
    assert shown(show, 0, 5, 50) == ["great-wave"] * 3


def test_the_key_shows_the_next_style_at_once_and_ends_the_show_where_it_is():
    controls = Controls(STYLES)
    show = SlideShow(controls, seconds=2)
    controls.toggle_slides()
    assert controls.note == "slide show: starry-night"
    assert shown(show, 7, 8.9, 9) == ["starry-night", "starry-night", "the-scream"]
    controls.toggle_slides()
    assert controls.note == "slide show off"
    assert shown(show, 20, 30) == ["the-scream", "the-scream"]


def test_a_style_that_a_person_chose_has_its_whole_time():
    show = SlideShow(Controls(STYLES, sliding=True), seconds=2)
    shown(show, 0, 1.5)
    show.controls.choose_style(2)
    assert shown(show, 1.6, 3.5, 3.6) == ["the-scream", "the-scream", "great-wave"]


def test_the_show_waits_while_nothing_is_painted():
    show = SlideShow(Controls(STYLES, sliding=True), seconds=2)
    shown(show, 0)
    show.controls.toggle("stylizing")
    assert shown(show, 3, 6) == ["great-wave"] * 2
    assert not show.controls.stylizing
    show.controls.toggle("stylizing")
    assert shown(show, 7, 8, 9) == ["great-wave", "great-wave", "starry-night"]


def test_a_clock_that_was_set_back_begins_anew():
    show = SlideShow(Controls(STYLES, sliding=True), seconds=2)
    assert shown(show, 100, 0, 1.9, 2) == [*["great-wave"] * 3, "starry-night"]


def test_its_changes_are_softer_than_those_of_a_key():
    show = SlideShow(Controls(STYLES, sliding=True), seconds=10)
    shown(show, 0, 9)
    assert show.controls.fade == 0.3
    shown(show, 10)
    assert show.controls.fade == 1.5
    show.controls.choose_style(0)
    assert show.controls.fade == 0.3
    quick = SlideShow(Controls(STYLES, sliding=True), seconds=1)
    shown(quick, 0, 1)
    assert quick.controls.fade == 0.5, "a style is never there alone"
    quick.controls.change_weight(+0.1)
    assert quick.controls.fade == 0.3


def test_it_is_on_from_the_beginning_when_it_was_asked_for():
    assert first_controls(Settings(slide_show=3.0), STYLES).sliding
    assert not first_controls(Settings(), STYLES).sliding


def test_a_run_goes_through_the_styles_and_paints_them(settings: Settings):
    styles = set[str]()

    def note(app: App) -> None:
        styles.add(app.controls.style)

    ran(replace(settings, slide_show=0.1), dawdle=note)
    assert styles == {"negative", "tinted"}
