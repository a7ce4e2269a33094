import inspect

import pytest

from livestyle import errors
from livestyle.errors import LivestyleError, ModelError, UnknownStyleError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_one_that_the_command_line_catches(kind: type[Exception]):
    assert issubclass(kind, LivestyleError)
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_error_reads_as_what_failed_and_what_to_do():
    error = LivestyleError("camera 0 did not open", hint="Close programs that use it.")
    assert str(error) == "camera 0 did not open. Close programs that use it."
    assert error.message == "camera 0 did not open"
    assert error.hint == "Close programs that use it."


def test_an_error_without_advice_is_a_sentence_too():
    assert str(LivestyleError("it broke")) == "it broke."


def test_an_unknown_style_gives_the_nearest_names_first():
    known = ["great-wave", "starry-night", "the-scream"]
    error = UnknownStyleError("Great Wav", known)
    assert isinstance(error, ModelError)
    assert str(error) == "there is no style 'Great Wav'. Did you mean: great-wave?"


def test_an_unknown_style_like_no_other_gives_them_all():
    error = UnknownStyleError("xyz", ["great-wave", "the-scream"])
    assert error.hint == "There are: great-wave, the-scream."
