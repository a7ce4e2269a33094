"""Downloads one large file over HTTP, however often the connection drops.

With the standard library: what matters here, `Range` with `If-Range` and the counting
of bytes, is left to the caller by `requests` and `httpx` alike.
"""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from livestyle.errors import SettingsError, SourceError
from training.part import Headers, Part, validators

CHUNK = 1 << 20  # bytes that are asked for at once; what is there comes at once
LATER = {408, 425, 429, 500, 502, 503, 504}  # answers that may be others soon
AGENT = "livestyle-training"

# Bytes so far, and what to tell about the connection: "" while all is well.
Report = Callable[[int, str], None]


@dataclass(frozen=True)
class Patience:
    """How long a download bears with a connection.

    Attributes:
        attempts: in a row without one new byte, after which it gives up.
        pause: seconds before the second attempt; doubles with every further one.
        longest: seconds that no pause exceeds.
        silence: seconds without a byte after which a connection counts as dropped.
    """

    attempts: int = 6
    pause: float = 1.0
    longest: float = 60.0
    silence: float = 30.0


class _DroppedError(Exception):
    """The connection ended too early; another attempt may do better."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        self.pause = pause  # s that the server asked for
        super().__init__(reason)


def download(
    url: str,
    path: Path,
    size: int,
    report: Report = lambda _, __: None,
    patience: Patience | None = None,
) -> None:
    """Brings a file of a known size to a path, going on with what is there already.

    Args:
        url: http or https.
        path: where the bytes gather. Beside it lies `path` + ".json" with the server's
            name of the version, so that a file that has changed is begun anew.
        size: bytes that the whole file has.
        report: called as bytes come, and when the connection drops.
        patience: with bad connections; None for the usual.

    Raises:
        SettingsError: the address is none.
        SourceError: the server does not have the file, has one of another size, or
            cannot be reached.
        OutputError: the file cannot be written.
    """
    _require_address(url)
    patience = patience or Patience()
    part, failures = Part(path), 0
    if part.length > size:
        part.remove()
    reached = part.length
    while part.length < size:
        try:
            _attempt(url, part, size, report, patience.silence)
        except _DroppedError as dropped:
            # Against the farthest: a file that changes again and again must end.
            failures = 0 if part.length > reached else failures + 1
            reached = max(reached, part.length)
            if failures >= patience.attempts:
                raise SourceError(
                    f"{url} does not deliver ({dropped})",
                    hint="Check the connection; the same command goes on at "
                    f"{part.length:,} of {size:,} bytes.",
                ) from dropped
            pause = min(patience.pause * 2 ** max(0, failures - 1), patience.longest)
            pause = min(max(pause, dropped.pause), patience.longest)
            report(part.length, f"{dropped}; again in {pause:.0f} s")
            time.sleep(pause)
    report(size, "")


def _attempt(url: str, part: Part, size: int, report: Report, silence: float) -> None:
    """Takes what one connection gives.

    Raises:
        _DroppedError: that was not all.
    """
    begun, version = part.length, part.version(url)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if begun:
        headers["Range"] = f"bytes={begun}-"
        if version:
            headers["If-Range"] = version
    with _open(Request(url, headers=headers), part, silence) as answer:
        _place(answer, url, part, size)
        with part.append() as out:
            while part.length < size:
                out.write(_receive(answer))
                report(part.length, "")
    if part.length > size:
        part.remove()
        raise _other_size(url, None, size)


def _open(request: Request, part: Part, silence: float) -> http.client.HTTPResponse:
    try:
        answer: http.client.HTTPResponse = urlopen(request, timeout=silence)
    except HTTPError as error:
        error.close()
        if error.code == 416:
            part.remove()
            raise _DroppedError("the file has become shorter") from error
        raise _refusal(request.full_url, error) from error
    except (http.client.InvalidURL, ValueError) as error:
        raise _no_address(request.full_url) from error
    except URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise SourceError(
                f"{request.full_url} has no valid certificate ({error.reason})",
                hint="Check the clock of this machine, or take a mirror with --url.",
            ) from error
        raise _DroppedError(_reason(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _DroppedError(_reason(error)) from error
    return answer


def _refusal(url: str, error: HTTPError) -> Exception:
    said = f"{error.code} {error.reason}".strip()
    if error.code in LATER:
        after = (error.headers.get("Retry-After") or "").strip()
        return _DroppedError(said, float(after) if after.isdecimal() else 0.0)
    return SourceError(
        f"{url} answers {said}", hint="Check the address, or take a mirror with --url."
    )


def _place(answer: http.client.HTTPResponse, url: str, part: Part, size: int) -> None:
    """Makes the file end where the answer's first byte belongs."""
    start, total = _extent(answer)
    if total is not None and total != size:
        raise _other_size(url, total, size)
    if start == 0:
        # Also from a server that knows no ranges, or whose file has changed.
        part.begin(url, answer.headers)
    elif start != part.length or _has_changed(part, url, answer.headers):
        part.remove()
        raise _DroppedError("the file has changed meanwhile")


def _extent(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """First byte that comes, and the whole file's size where the server knows it."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return 0, answer.length
    ranges = answer.headers.get("Content-Range") or ""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", ranges.strip())
    if found is None:
        raise _DroppedError(f"the server answered with the range {ranges!r}")
    return int(found[1]), None if found[2] == "*" else int(found[2])


def _has_changed(part: Part, url: str, headers: Headers) -> bool:
    """Whether the answer is of another version, for servers that pass over If-Range."""
    known, now = part.version(url), validators(url, headers)
    return known is not None and known not in now.values() and len(now) > 1


def _receive(answer: http.client.HTTPResponse) -> bytes:
    try:
        data = answer.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _DroppedError(_reason(error)) from error
    if not data:
        raise _DroppedError("the connection dropped")
    return data


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "nothing came any more"
    if isinstance(error, OSError):
        return str(error.strerror or error).lower()
    return str(error) or type(error).__name__


def _require_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise _no_address(url)


def _no_address(url: str) -> SettingsError:
    return SettingsError(
        f"'{url}' is no address to download from", hint="Give one with http:// before."
    )


def _other_size(url: str, total: int | None, size: int) -> SourceError:
    found = "more" if total is None else f"{total:,}"
    return SourceError(
        f"{url} has {found} bytes, not the {size:,} that are published",
        hint="It is another file, or a page that asks to log in: open it in a browser, "
        "or take a mirror with --url.",
    )
