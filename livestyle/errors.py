"""The errors that a person can cause, each with what to do about it.

    LivestyleError
    ├── SettingsError   an option or a file of options is wrong
    ├── SourceError     a camera, file or stream does not open or deliver
    ├── ModelError      a model file is missing, broken or of another contract
    │   ├── UnknownStyleError   no painter has a style of that name
    │   └── PaintError          the runtime failed on a frame
    ├── ProviderError   an execution provider was asked for and is not there
    │   └── GpuError            --require-gpu, and no GPU runs the painter
    ├── PictureError    a picture cannot be read or has an impossible size
    ├── OutputError     a file, or a virtual camera, cannot be written
    └── DisplayError    a window cannot be shown

They are raised where the cause is known and caught in one place, `cli.main`.
Anything else that escapes is a bug and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class LivestyleError(Exception):
    """What failed, with the value seen, and then what to do.

    Args:
        message: one clause without a full stop: "camera 0 did not open".
        hint: one sentence of advice: "Close programs that use it."

    Attributes:
        status: with which the program ends.
    """

    status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message}. {hint}" if hint else f"{message}.")


class SettingsError(LivestyleError):
    """An option, or a file of options, is wrong."""


class SourceError(LivestyleError):
    """A camera, a file or a stream does not open or does not deliver."""


class ModelError(LivestyleError):
    """A model file is missing, broken, or made for another contract."""


class UnknownStyleError(ModelError):
    """No style has the name that was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = list(known)
        near = get_close_matches(name.lower(), known, n=3, cutoff=0.4)
        listed = ", ".join(near or known)
        super().__init__(
            f"there is no style '{name}'",
            hint=f"{'Did you mean' if near else 'There are'}: {listed}"
            f"{'?' if near else '.'}",
        )


class PaintError(ModelError):
    """The runtime failed on a frame; its own error is the cause."""


class ProviderError(LivestyleError):
    """An execution provider was asked for and cannot be used."""


class GpuError(ProviderError):
    """No GPU runs the painter, and one is required."""

    status = 3


class PictureError(LivestyleError):
    """A picture cannot be read or has an impossible size."""


class OutputError(LivestyleError):
    """A file, or a virtual camera, cannot be written."""


class DisplayError(LivestyleError):
    """A window cannot be shown."""
