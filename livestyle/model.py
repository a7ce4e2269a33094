"""One painter file, opened, checked and run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort

from livestyle import zoo
from livestyle.bound import BOUND_ON, Bound, run_plainly
from livestyle.contract import (
    CONTENT,
    MAX_SIDE,
    MIN_SIDE,
    PASTICHE,
    STYLE,
    Card,
    Embedding,
)
from livestyle.errors import (
    ModelError,
    PaintError,
    PictureError,
    UnknownStyleError,
)
from livestyle.frame import Pixels
from livestyle.providers import Provider, first_line, glance, open_session
from livestyle.variants import About, from_metadata

MAX_FILE_BYTES = 512 * 2**20  # a painter of this project has 1-10 MB

Run = Callable[[Pixels, Embedding], Pixels]


class Painter:
    """A checked painter: frames and embeddings in, painted frames out.

    It opens this project's own files and those like the ONNX model zoo's (see `zoo`).

    Args:
        path: the ONNX file.
        provider: "auto", or the name of an execution provider (see `providers`).
        threads: CPU threads to use, 0 for ONNX Runtime's own choice.

    Attributes:
        path: of the file.
        about: what the file is, and what it says about itself.
        card: the card in it; one made up from its name for a file of the zoo's kind.
        identity: the embedding that gives the photograph back, float32 of shape (D,).
        blends: whether at the identity the photograph comes back to the byte, as the
            painting is only laid over it.
        provider: what really runs, judged after the session was made.

    Raises:
        ModelError: the file is missing, unreadable, or not a painter.
        ProviderError: the provider was asked for by name and cannot be used.
    """

    def __init__(
        self, path: Path | str, *, provider: str = "auto", threads: int = 0
    ) -> None:
        self.path = Path(path)
        data = read_file(self.path)
        try:
            self._session, found = open_session(
                data, provider, threads, lambda session: _try_out(session, self.path)
            )
            self.about = _about(self.path, data, self._session)
        except ModelError as error:
            raise _unusable(self.path, error) from error
        self.provider = replace(found, precision=self.about.precision)
        self.card = self.about.card
        self.identity = np.asarray(self.card.identity, np.float32)
        self.blends = zoo.is_one(self._session)
        self._run = self._runner()

    def _runner(self) -> Run:
        """What paints with the session, whichever kind of painter it is."""
        if self.blends:
            return zoo.Zoo(self._session).run
        if self.provider.name not in BOUND_ON:
            return partial(run_plainly, self._session)
        run = Bound(self._session, BOUND_ON[self.provider.name], self._note).run
        run(_odd_picture(), self.identity)  # what is amiss is told at the beginning
        return run

    def _note(self, line: str) -> None:
        told = (*self.provider.notes, f"{self.provider.name}: {line}")
        self.provider = replace(self.provider, notes=told)

    @property
    def names(self) -> tuple[str, ...]:
        """The styles' names, in the order of the card."""
        return tuple(style.name for style in self.card.styles)

    def embedding(self, name: str) -> Embedding:
        """The embedding of a style by name, float32 of shape (D,).

        Raises:
            UnknownStyleError: there is no such style; the nearest names are given.
        """
        for style in self.card.styles:
            if style.name == name:
                return style.vector()
        raise UnknownStyleError(name, self.names)

    def become(self, other: Painter) -> None:
        """Paints with the other's session from now on, for all who hold this one.

        Args:
            other: the same painter, with an equal card, on another provider.
        """
        self._session, self._run = other._session, other._run
        self.provider = other.provider
        self.path, self.about = other.path, other.about

    def paint(self, pixels: Pixels, style: Embedding) -> Pixels:
        """Paints one frame.

        Args:
            pixels: BGR uint8, shape (height, width, 3), both sides from 32 to 8192 px.
            style: float32, shape (D,).

        Returns:
            BGR uint8 of the same shape.

        Raises:
            PictureError: a side is too short or too long.
            PaintError: the runtime failed on it (out of memory, a GPU that is gone).
            ModelError: the file is broken.
        """
        height, width = pixels.shape[:2]
        if min(height, width) < MIN_SIDE or max(height, width) > MAX_SIDE:
            raise PictureError(
                f"a picture of {width}x{height} cannot be painted",
                hint=f"Both sides must have {MIN_SIDE} to {MAX_SIDE} pixels.",
            )
        try:
            pastiche = self._run(pixels, style)
        except ModelError as error:
            raise _unusable(self.path, error) from error
        # The bindings raise classes of their own without a common base.
        except Exception as error:
            raise PaintError(
                f"{self.path.name} failed on a picture of {width}x{height} "
                f"with {self.provider.label} ({first_line(error)})",
                hint=_smaller(self.provider),
            ) from error
        if pastiche.shape != pixels.shape or pastiche.dtype != np.uint8:
            raise ModelError(
                f"{self.path.name} gave {pastiche.shape} {pastiche.dtype} for a "
                f"picture of shape {pixels.shape}",
                hint="The file is broken: export it again or fetch a fresh copy.",
            )
        return np.asarray(pastiche, np.uint8)


def read_about(path: Path) -> About:
    """What a painter file says about itself, read without making it ready to paint.

    Raises:
        ModelError: the file is missing, unreadable, or not a painter.
    """
    data = read_file(path)
    try:
        return _about(path, data, glance(data))
    except ModelError as error:
        raise _unusable(path, error) from error


def _smaller(provider: Provider) -> str:
    """What to try when the runtime fails: only what is not so already."""
    smaller = "Try smaller pictures (live ones with --size)"
    return f"{smaller}." if provider.name == "cpu" else f"{smaller}, or --provider cpu."


def _unusable(path: Path, error: ModelError) -> ModelError:
    return ModelError(f"{path} cannot be used: {error.message}", hint=error.hint)


def _about(path: Path, data: bytes, session: ort.InferenceSession) -> About:
    card = _read_card(session, path)
    precision, made_from = from_metadata(session.get_modelmeta().custom_metadata_map)
    return About(path, card, hashlib.sha256(data).hexdigest(), precision, made_from)


def _try_out(session: ort.InferenceSession, path: Path) -> None:
    """Paints once at an odd size: what fails at all fails here, before a window."""
    card = _read_card(session, path)
    style = np.asarray(card.identity, np.float32)
    picture = _odd_picture()
    if zoo.is_one(session):
        pastiche = zoo.Zoo(session).run(picture, style)
    else:
        pastiche = run_plainly(session, picture, style)
    if pastiche.shape != picture.shape:
        raise ModelError(
            f"it gives {pastiche.shape} for a picture of shape {picture.shape}",
            hint="The file is broken: export it again or fetch a fresh copy.",
        )


def _odd_picture() -> Pixels:
    return np.full((MIN_SIDE + 1, MIN_SIDE + 7, 3), 127, np.uint8)


def _read_card(session: ort.InferenceSession, path: Path) -> Card:
    """The card of a session whose inputs and outputs are a painter's."""
    try:
        if zoo.is_one(session):
            zoo.Zoo(session)  # which sizes it takes
            return zoo.card(path)
        _check_ports(session)
        card = Card.from_metadata(session.get_modelmeta().custom_metadata_map)
    except UnicodeDecodeError as error:
        raise ModelError(
            "names or metadata in it are not text",
            hint="The file is broken: export it again or fetch a fresh copy.",
        ) from error
    _check_dim(session, card)
    return card


def read_file(path: Path) -> bytes:
    """The bytes of a file that is no larger than a painter can be.

    Raises:
        ModelError: it is missing, too large, or cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is a folder" if path.is_dir() else "it is no plain file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelError(
                f"the model {path} has more than {MAX_FILE_BYTES >> 20} MB",
                hint="Painters are small: is this another file?",
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"there is no model {path}",
            hint="Check the path, or name one that comes along: small.",
        ) from error
    except OSError as error:
        raise ModelError(
            f"the model {path} cannot be read ({error.strerror or error})",
            hint="Check the path and its permissions.",
        ) from error


def _check_ports(session: ort.InferenceSession) -> None:
    """Names, types and ranks of inputs and output, as the contract has them."""
    found = [_port(p) for p in (*session.get_inputs(), *session.get_outputs())]
    wanted = [
        (CONTENT, "tensor(uint8)", 3),
        (STYLE, "tensor(float)", 1),
        (PASTICHE, "tensor(uint8)", 3),
    ]
    if found != wanted:
        listed = ", ".join(f"{name} {kind}" for name, kind, _ in found)
        raise ModelError(
            f"it has other inputs and outputs than a painter ({listed[:200]})",
            hint="Export one with 'python -m training export'; one-style files like "
            "the ONNX model zoo's (1x3xHxW, float32) open as well.",
        )
    shape: Sequence[object] = session.get_inputs()[0].shape
    if any(isinstance(side, int) for side in shape[:2]):
        raise ModelError(
            f"it paints pictures of one size only ({shape[1]}x{shape[0]})",
            hint="Export it again with any height and width.",
        )


def _port(port: ort.NodeArg) -> tuple[str, str, int]:
    return port.name, port.type, len(port.shape)


def _check_dim(session: ort.InferenceSession, card: Card) -> None:
    shape: Sequence[object] = session.get_inputs()[1].shape
    if isinstance(shape[0], int) and shape[0] != card.dim:
        raise ModelError(
            f"its style input has length {shape[0]}, its card's embeddings {card.dim}",
            hint="The file is broken: export it again or fetch a fresh copy.",
        )


__all__ = ["Painter", "Provider", "read_about", "read_file"]
