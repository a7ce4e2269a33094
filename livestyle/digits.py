"""Numbers typed on the digit keys: one digit acts at once, a second may follow it."""

from __future__ import annotations

from dataclasses import dataclass

TOGETHER = 0.8  # seconds within which two digits are one number


@dataclass
class Digits:
    """Remembers the last digit, so that 1 and 2 typed together are the twelfth.

    Nobody waits for a second digit: the first one chooses, and the second one, if
    there are so many, chooses again.

    Attributes:
        first: the digit that another may follow, 0 for none.
        typed: when it was typed, in seconds.
    """

    first: int = 0
    typed: float = 0.0

    def number(self, digit: int, count: int, now: float) -> int:
        """The number that stands there with this digit; a 0 alone is the tenth.

        Args:
            digit: 0 to 9.
            count: how many there are; two digits that are more are two numbers.
            now: seconds, never going back.
        """
        both = 10 * self.first + digit
        if self.first and now - self.typed <= TOGETHER and both <= count:
            self.first = 0
            return both
        self.first, self.typed = digit, now
        return digit or 10
