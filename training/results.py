"""The files that an optimisation leaves: picture, preview, curve, film."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from livestyle.errors import OutputError
from livestyle.naming import claim, make_folder
from livestyle.sinks.snapshot import write_png
from training.canvas import to_bgr
from training.curve import Curve
from training.film import Film
from training.optimize import Snapshot


class Results:
    """Writes them while snapshots come, each under its name only when it is whole.

    Args:
        path: of the picture, a PNG; `STEM_preview.png` and `STEM_losses.png` go beside
            it, and the preview goes when the picture has come.
        film: of the movie, or None.
        film_every: steps from one of its pictures to the next.
        preview_every: steps from one preview to the next; 0 for none.
        overwrite: whether files that are there may be replaced.

    Raises:
        OutputError: a name is taken, or nothing can be written there.
    """

    def __init__(
        self,
        path: Path,
        *,
        film: Path | None = None,
        film_every: int = 1,
        preview_every: int = 10,
        overwrite: bool = False,
    ) -> None:
        self.path, self.film_path = path, film
        self.preview = path.with_name(f"{path.stem}_preview.png")
        self.losses = path.with_name(f"{path.stem}_losses.png")
        self.film_every, self.preview_every = film_every, preview_every
        self.overwrite = overwrite
        self.curve = Curve()
        self.film: Film | None = None
        self.latest: Snapshot | None = None
        self._filmed = False  # whether the newest picture is in the film
        require_png(path)
        make_folder(path.parent)
        for file in (path, self.preview, self.losses):
            require_free(file, overwrite=overwrite)

    def begin(self, size_wh: tuple[int, int]) -> None:
        """Opens the film, which has the size of the finished picture.

        Raises:
            OutputError: it cannot be made.
        """
        if self.film_path is not None:
            self.film = Film(self.film_path, size_wh, overwrite=self.overwrite)

    def add(self, snapshot: Snapshot) -> None:
        """Takes the newest picture.

        Raises:
            OutputError: preview or film cannot be written.
        """
        self.latest = snapshot
        width, height = snapshot.size_wh
        self.curve.add(f"{width}x{height}", snapshot.terms)
        if self.preview_every and snapshot.step % self.preview_every == 0:
            write_png(self.preview, to_bgr(snapshot.picture()), overwrite=True)
        self._filmed = self.film is not None and snapshot.step % self.film_every == 0
        if self.film is not None and self._filmed:
            self.film.add(snapshot.picture())

    def finish(self) -> list[Path]:
        """Writes picture, curve and film; the preview has done its work.

        Returns:
            What was written, the picture first; nothing if no step was made.

        Raises:
            OutputError: one of them cannot be written; those before it are there.
        """
        if self.latest is None:
            self.discard()
            return []
        write_png(self.path, to_bgr(self.latest.picture()), overwrite=self.overwrite)
        written = [self.path]
        with suppress(OSError):
            self.preview.unlink(missing_ok=True)
        self.curve.write(self.losses, overwrite=self.overwrite)
        written.append(self.losses)
        if self.film is not None:
            if not self._filmed:
                self.film.add(self.latest.picture())
            self.film.close()
            written.append(self.film.path)
        return written

    def discard(self) -> None:
        """Removes what is not whole."""
        if self.film is not None:
            self.film.discard()


def require_png(path: Path) -> None:
    """Makes sure that a picture's name says PNG.

    Raises:
        OutputError: it does not.
    """
    if path.suffix.lower() != ".png":
        raise OutputError(
            f"pictures of the kind '{path.suffix}' are not written: '{path}'",
            hint="End the name in .png.",
        )


def require_free(path: Path, *, overwrite: bool) -> None:
    """Makes sure that a file can be made, before the work that is to fill it.

    Raises:
        OutputError: it is there already, or its folder cannot be written to.
    """
    if path.is_file() and not overwrite:
        raise OutputError(
            f"'{path}' is already there",
            hint="Choose another name, or replace it with --overwrite.",
        )
    if not path.is_file():
        claim(path)
