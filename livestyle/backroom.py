"""What happens beside the live picture: the style folder is watched, painters open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

from livestyle.errors import LivestyleError, ModelError
from livestyle.model import Painter
from livestyle.providers import may_be_accelerated, require_gpu
from livestyle.settings import Settings
from livestyle.shelf import Shelf
from livestyle.slot import LatestSlot, SlotClosed
from livestyle.trial import frame
from livestyle.tried import SizeWH, changed, never, try_apart
from livestyle.variants import About

POLL = 1.0  # seconds between two looks into the folder
SLOWEST_MS = 5000.0  # a frame; beyond it the window would not answer its keys
JOIN = 3.0  # seconds to wait for a file that is being opened


@dataclass(frozen=True)
class Wish:
    """A painter that somebody waits for.

    Attributes:
        about: what was found out about its file.
        size: width and height of the frames that it will paint, in px.
    """

    about: About
    size: SizeWH


@dataclass(frozen=True)
class Answer:
    """What became of a wish: a painter that is ready, or why there is none."""

    wish: Wish
    painter: Painter | None = None
    error: LivestyleError | None = None


def open_tried(
    wish: Wish, settings: Settings, unwanted: Callable[[], bool] = never
) -> Painter:
    """Opens a painter of the style folder after a trial in a process of its own.

    What a first frame of its size costs is paid here.

    Raises:
        LivestyleError: it did not pass, was changed meanwhile, or is far too slow.
    """
    path, size = wish.about.path, wish.size
    passed = try_apart(path, size, threads=settings.threads, unwanted=unwanted)
    if passed.sha256 != wish.about.sha256:
        raise changed(path)
    if passed.ms > SLOWEST_MS and not may_be_accelerated(settings.provider):
        raise ModelError(
            f"{path} takes {passed.ms / 1e3:.1f} s for a frame of {size[0]}x{size[1]}",
            hint="Try a smaller --size.",
        )
    painter = Painter(path, provider=settings.provider, threads=settings.threads)
    if settings.require_gpu:
        require_gpu(painter.provider)
    if painter.about.sha256 != passed.sha256:
        raise changed(path)
    painter.paint(frame(*size), painter.identity)
    return painter


class Backroom:
    """A thread named "styles", which the main one asks and never waits for.

    Only this thread touches the shelf, once it is started.

    Args:
        shelf: the folder to watch.
        settings: how painters are opened.
    """

    def __init__(self, shelf: Shelf, settings: Settings) -> None:
        self._shelf = shelf
        self._settings = settings
        self._slot: LatestSlot[Wish] = LatestSlot()
        self._wish: Wish | None = None  # the newest one
        self._closed = False
        self._answers: deque[Answer] = deque()
        self._painters: deque[tuple[About, ...]] = deque(maxlen=1)
        self._failure: BaseException | None = None
        # A daemon: a file that hangs in ONNX Runtime must not keep the program alive.
        self._thread = Thread(target=self._work, name="styles", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def ask(self, wish: Wish) -> None:
        """Asks for a painter; one that was asked for before is not waited for."""
        self._wish = wish
        self._slot.put(wish)

    def answer(self) -> Answer | None:
        """What became of a wish, None if there is no news.

        Raises:
            BaseException: the thread broke, which is a bug.
        """
        if self._failure is not None:
            raise self._failure
        return self._answers.popleft() if self._answers else None

    def painters(self) -> tuple[About, ...] | None:
        """What lies in the folder, None if that did not change since the last time."""
        return self._painters.popleft() if self._painters else None

    def close(self) -> None:
        """Ends the thread and what it tries, and waits for it, but not for ever."""
        self._closed = True
        self._slot.close()
        if self._thread.is_alive():
            self._thread.join(JOIN)

    def _work(self) -> None:
        try:
            self._look()
            while True:
                wish = self._slot.take(POLL)
                if wish is not None:
                    self._fulfil(wish)
                elif not self._closed:
                    self._look()
        except SlotClosed:
            pass
        except BaseException as error:  # noqa: BLE001 (raised again in the main thread)
            self._failure = error

    def _look(self) -> None:
        # A person who waits for a style goes before files that nobody asked for.
        before = self._wish
        if self._shelf.look(lambda: self._closed or self._wish is not before):
            self._painters.append(self._shelf.painters)

    def _fulfil(self, wish: Wish) -> None:
        def unwanted() -> bool:
            return self._closed or self._wish is not wish

        try:
            answer = Answer(wish, open_tried(wish, self._settings, unwanted))
        except LivestyleError as error:
            if unwanted():
                return
            answer = Answer(wish, error=error)
        self._answers.append(answer)
