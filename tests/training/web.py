"""A web server that has one file and the faults that it is told to have."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What the server has, and how it misbehaves.

    Attributes:
        data: the file.
        etag, modified: headers that name its version; "" leaves them out.
        drops: bytes after which a connection is cut, for each one in turn; whoever
            comes later gets everything.
        answers: status codes for the first requests instead of the file.
        retry_after: header beside such an answer.
        ranges: whether it knows ranges.
        if_range: whether it heeds If-Range.
        restless: whether the file has another version each time.
        sized: whether it says how long the file is.
        stall: seconds of silence at each drop, before the connection is cut.
        pace: seconds between pieces of 1000 bytes.
        seen: the range that each request asked for, "" for the whole file.
    """

    data: bytes
    etag: str = '"first"'
    modified: str = "Sat, 01 Sep 2018 12:00:00 GMT"
    drops: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""
    ranges: bool = True
    if_range: bool = True
    restless: bool = False
    sized: bool = True
    stall: float = 0.0
    pace: float = 0.0
    seen: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serves it under every path of `site.url`."""
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_address[1]}/zips/tiny.zip"
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        asked = self.headers.get("Range") or ""
        site.seen.append(asked)
        if site.restless:
            site.etag = f'"{len(site.seen)}"'
        if site.answers:
            self.send_response(site.answers.pop(0))
            if site.retry_after:
                self.send_header("Retry-After", site.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self._start(asked)
        if start is not None and start >= len(site.data):
            self.send_error(416)
            return
        self._head(start)
        self._body(site.data[start or 0 :])

    def _start(self, asked: str) -> int | None:
        """The first byte to send; None for the whole file."""
        site = self.site
        found = re.fullmatch(r"bytes=(\d+)-", asked)
        wanted = self.headers.get("If-Range")
        changed = wanted not in (None, site.etag, site.modified)
        if not found or not site.ranges or (site.if_range and changed):
            return None
        return int(found[1])

    def _head(self, start: int | None) -> None:
        site, total = self.site, len(self.site.data)
        self.send_response(200 if start is None else 206)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if site.sized:
            self.send_header("Content-Length", str(total - (start or 0)))
        if site.etag:
            self.send_header("ETag", site.etag)
        if site.modified:
            self.send_header("Last-Modified", site.modified)
        self.end_headers()

    def _body(self, data: bytes) -> None:
        site = self.site
        cut = site.drops.pop(0) if site.drops else len(data)
        try:
            for at in range(0, min(cut, len(data)), 1000):
                self.wfile.write(data[at : min(at + 1000, cut)])
                time.sleep(site.pace)
        except OSError:
            return  # whoever asked has gone
        if cut < len(data):
            time.sleep(site.stall)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""
