"""The painters of a live run: one of them paints, the others wait or are opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from livestyle.backroom import Answer, Backroom, Wish, open_tried
from livestyle.beginning import first_controls
from livestyle.catalogue import Catalogue, Key, key_of
from livestyle.errors import LivestyleError, UnknownStyleError
from livestyle.frame import Frame
from livestyle.model import Painter
from livestyle.settings import Settings
from livestyle.shelf import Shelf, one_line, shelf_of
from livestyle.stylizer import Stylizer
from livestyle.tried import SizeWH

MOST_OPEN = 3  # painters that are open at once, the one that is always there among them
USUAL_SIZE = (640, 480)  # px, until a frame is there


def catalogue_of(home: Painter, shelf: Shelf) -> Catalogue:
    """All styles that can be chosen now; the files of the shelf are looked into."""
    shelf.look(settled=0)
    catalogue = Catalogue(home.about)
    catalogue.fill(shelf.painters)
    return catalogue


def painter_with(
    style: str, home: Painter, settings: Settings, say: Callable[[str], None]
) -> tuple[Painter, str]:
    """The painter that has a style, and how its own card calls it.

    Args:
        style: its name in the list.
        home: the painter that the program runs with.
        settings: how painters are opened, and where others lie.
        say: takes one line for the person at the terminal.

    Raises:
        UnknownStyleError: there is none of that name.
        LivestyleError: its painter did not pass its trial.
    """
    if style in home.names:
        return home, style
    catalogue = catalogue_of(home, shelf_of(settings, say))
    if style not in catalogue.names:
        raise UnknownStyleError(style, catalogue.names)
    offer = catalogue[style]
    wish = Wish(offer.painter, settings.size or USUAL_SIZE)
    return open_tried(wish, settings), offer.style


class Atelier:
    """Fulfils the controls' wish for a style, of whichever painter it is.

    The picture goes on in the style before until the painter of a new one is ready.

    Args:
        home: the painter that the program runs with; it stays open.
        settings: of the run; with a window, the style folder is watched.
        say: takes one line for the person at the terminal.
        last_style: goes before the settings' one, if it is still to be had.

    Attributes:
        controls: with all styles that can be chosen.
        stylize: paints frames in the chosen one.

    Raises:
        LivestyleError: the style to begin with is not to be had.
    """

    def __init__(
        self,
        home: Painter,
        settings: Settings,
        say: Callable[[str], None],
        last_style: str | None = None,
    ) -> None:
        self._settings = settings
        self._say = say
        self._size: SizeWH = settings.size or USUAL_SIZE
        self._catalogue = Catalogue(home.about)
        self._home = key_of(home.about)
        self._open: dict[Key, Painter] = {self._home: home}  # the last used last
        self._current = self._home
        shelf = shelf_of(settings, say)
        self._found = shelf.painters
        self._failed: set[Key] = set()
        self._wish: Wish | None = None
        wanted = {last_style, settings.style, settings.blend}
        if wanted - {None, *self._catalogue.names}:
            shelf.look(settled=0)
            self._found = shelf.painters
            self._fill(keep=None)
        still_there = last_style in self._catalogue.names
        first = replace(settings, style=last_style) if still_there else settings
        self.controls = first_controls(first, self._catalogue.names)
        self.stylize = Stylizer(home, self.controls)
        self._begin(forgiving=still_there)
        self._backroom = Backroom(shelf, settings)
        if settings.window:
            self._backroom.start()

    @property
    def painter(self) -> Painter:
        """What paints now."""
        return self.stylize.painter

    def follow(self, frame: Frame | None = None) -> None:
        """Fulfils what can be fulfilled at once, and asks for the rest.

        Args:
            frame: the newest one; painters are made ready for frames of its size.
        """
        if frame is not None:
            self._size = (frame.width, frame.height)
        if (found := self._backroom.painters()) is not None:
            self._found = found
            self._relist()
        while (answer := self._backroom.answer()) is not None:
            self._receive(answer)
        wanted = key_of(self._catalogue[self.controls.style].painter)
        if wanted == self._current:
            self._wish = None
        elif wanted in self._open:
            self._use(wanted)
        else:
            self._ask(wanted)

    def close(self) -> None:
        """Ends what happens beside."""
        self._backroom.close()

    def _begin(self, *, forgiving: bool) -> None:
        """Opens the painter of the first style, which is waited for."""
        about = self._catalogue[self.controls.style].painter
        key = key_of(about)
        if key == self._home:
            return
        try:
            self._open[key] = open_tried(Wish(about, self._size), self._settings)
        except LivestyleError as error:
            if not forgiving:
                raise
            self._fail(key, error)
        else:
            self._use(key)

    def _ask(self, wanted: Key) -> None:
        about = self._catalogue[self.controls.style].painter
        if self._wish is None or key_of(self._wish.about) != wanted:
            self._wish = Wish(about, self._size)
            self._backroom.ask(self._wish)
        self.controls.say(f"opening {self.controls.style} ...")

    def _receive(self, answer: Answer) -> None:
        key = key_of(answer.wish.about)
        if answer.painter is not None:
            self._open[key] = answer.painter
        elif answer.error is not None:
            self._fail(key, answer.error)
        if answer.wish is self._wish:
            self._wish = None
        self._tidy(key)

    def _fail(self, key: Key, error: LivestyleError) -> None:
        """Takes what cannot be opened off the list, and goes back."""
        self._failed.add(key)
        self._say(one_line(f"{key[0].name} is left out: {error}"))
        if key_of(self._catalogue[self.controls.style].painter) == key:
            # What is painted may be of the same file, as it was before.
            before = self.stylize.style
            theirs = self._catalogue.of(key)
            known = before in self.controls.styles and before not in theirs
            self.controls.index = self.controls.styles.index(before) if known else 0
            self.controls.say(f"{key[0].name} cannot be opened")
        self._relist()

    def _use(self, key: Key) -> None:
        painter = self._open.pop(key)
        self._open[key] = painter
        self.stylize.use(painter, self._catalogue.of(key))
        self._current = key
        self.controls.say(self.controls.style)
        self._relist()
        self._tidy(key)

    def _tidy(self, newest: Key) -> None:
        """Closes what is not listed any more, or was not used for the longest time."""
        staying = {self._home, self._current, newest}
        for key in [key for key in self._open if key not in staying]:
            if len(self._open) > MOST_OPEN or not self._catalogue.of(key):
                del self._open[key]

    def _relist(self) -> None:
        # A style whose file is gone is painted until another one is chosen.
        self._fill(keep=self.controls.style)
        self.controls.relist(self._catalogue.names)

    def _fill(self, keep: str | None) -> None:
        self._catalogue.fill(
            (about for about in self._found if key_of(about) not in self._failed), keep
        )
