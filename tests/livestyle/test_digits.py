import pytest

from livestyle.controls import Controls
from livestyle.digits import TOGETHER, Digits


def typed(digits: str, count: int, apart: float = 0.2) -> list[int]:
    """The number that stands there after each digit."""
    memory = Digits()
    return [
        memory.number(int(digit), count, 100 + place * apart)
        for place, digit in enumerate(digits)
    ]


@pytest.mark.parametrize(
    ("digits", "count", "numbers"),
    [
        ("7", 9, [7]),
        ("0", 10, [10]),
        ("10", 16, [1, 10]),
        ("16", 16, [1, 16]),
        ("17", 16, [1, 7]),  # there is no 17th: two numbers of one digit
        ("12", 9, [1, 2]),
        ("123", 16, [1, 12, 3]),
        ("1212", 16, [1, 12, 1, 12]),
        ("05", 16, [10, 5]),
        ("116", 16, [1, 11, 6]),
        ("216", 16, [2, 1, 16]),
    ],
)
def test_two_digits_typed_together_are_one_number_if_there_are_so_many(
    digits: str, count: int, numbers: list[int]
):
    assert typed(digits, count) == numbers


def test_digits_that_are_typed_apart_are_numbers_of_their_own():
    assert typed("12", 16, apart=TOGETHER) == [1, 12]
    assert typed("12", 16, apart=TOGETHER + 0.01) == [1, 2]


def test_the_twelfth_style_is_chosen_by_its_number():
    controls = Controls(tuple(f"style-{n}" for n in range(1, 17)), clock=lambda: 5.0)
    controls.type_digit(1)
    assert controls.style == "style-1"
    controls.type_digit(2)
    assert controls.style == "style-12"
    controls.type_digit(0)
    assert controls.style == "style-10"
