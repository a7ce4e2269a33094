"""One list of styles out of several painters, in which every name is there once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from livestyle.contract import MAX_NAME, MAX_STYLES
from livestyle.variants import About
from livestyle.zoo import style_name

Key = tuple[Path, str]  # of a file: where it is, and the hash of its bytes


def key_of(about: About) -> Key:
    """What tells a painter from all others, and from what its file was before."""
    return about.path, about.sha256


@dataclass(frozen=True)
class Offer:
    """A style that can be chosen.

    Attributes:
        painter: what its painter's file says about itself.
        style: its name on that painter's card.
    """

    painter: About
    style: str


class Catalogue:
    """Styles by the names under which they are listed.

    The painter that the program runs with comes first. A style whose name is taken has
    its file's name before its own, and keeps it as long as it is listed.

    Args:
        home: the painter that is always there.
    """

    def __init__(self, home: About) -> None:
        self._home = home
        self._offers: dict[str, Offer] = {}
        self.fill(())

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the list."""
        return tuple(self._offers)

    def __getitem__(self, name: str) -> Offer:
        return self._offers[name]

    def of(self, key: Key) -> dict[str, str]:
        """The styles of one painter: names on its card, by names in the list."""
        return {
            name: offer.style
            for name, offer in self._offers.items()
            if key_of(offer.painter) == key
        }

    def fill(self, painters: Iterable[About], keep: str | None = None) -> None:
        """Lists the styles of the home painter and of others, up to `MAX_STYLES`.

        Args:
            painters: the others.
            keep: the name of a style that stays though its painter may be gone.
        """
        known = {_place(offer): name for name, offer in self._offers.items()}
        wanted = [
            Offer(about, style.name)
            for about in (self._home, *painters)
            for style in about.card.styles
        ]
        kept = self._offers.get(keep) if keep is not None else None
        if kept is not None and _place(kept) not in map(_place, wanted):
            wanted.append(kept)
        taken = {known[place] for place in map(_place, wanted) if place in known}
        offers: dict[str, Offer] = {}
        for offer in wanted[:MAX_STYLES]:
            name = known.get(_place(offer)) or _free(offer, taken | offers.keys())
            offers[name] = offer
        self._offers = offers


def _place(offer: Offer) -> tuple[Path, str]:
    """What stays the same when a file is replaced by a newer one."""
    return offer.painter.path, offer.style


def _free(offer: Offer, taken: set[str]) -> str:
    return next(name for name in _names(offer) if name not in taken)


def _names(offer: Offer) -> Iterator[str]:
    """What a style may be called, the best first."""
    yield offer.style
    longer = f"{style_name(offer.painter.path.stem)}-{offer.style}"[:MAX_NAME]
    yield longer
    for number in itertools.count(2):
        yield f"{longer[: MAX_NAME - 5].rstrip('-')}-{number}"
