"""The live run: builds source, stylizer and sinks, and runs the one loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from typing import Any

from livestyle.ahead import Ahead
from livestyle.atelier import Atelier
from livestyle.bank import find
from livestyle.cameras.report import CameraReport
from livestyle.choice import open_painter, reopen_painter
from livestyle.commands import REPEATING, point, press
from livestyle.fallback import Fallback
from livestyle.figures import figures
from livestyle.frame import Frame, Pixels
from livestyle.latest import Latest
from livestyle.meter import Meter
from livestyle.model import Painter
from livestyle.overlay import Overlay
from livestyle.providers import require_gpu
from livestyle.quality import Quality
from livestyle.release import release_of
from livestyle.settings import Settings
from livestyle.sinks.virtual_camera import wanted
from livestyle.sinks.window import Window
from livestyle.slides import SECONDS, SlideShow
from livestyle.sound.starting import start_microphone
from livestyle.sources.starting import start_source
from livestyle.takes import Takes
from livestyle.teller import Teller
from livestyle.view import View

IDLE_MS = 20  # waiting for keys while no new picture is there


class App:
    """One live run from the first frame to the last.

    Args:
        settings: what to do.
        say: takes one line for the person at the terminal.
        meter: counts frames and times stages; a new one, if None.
        last_style: goes before the settings' one, if it is still to be had.

    Attributes:
        controls: what keys, and signals, change.
        teller: says how the run stands.

    Raises:
        LivestyleError: model, style, source, window or recording are not to be had.
    """

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        meter: Meter | None = None,
        *,
        last_style: str | None = None,
    ) -> None:
        self.settings = settings
        self._say = say
        self._open = ExitStack()
        self.painter = open_painter(
            find(settings.model),
            provider=settings.provider,
            threads=settings.threads,
            precision=settings.precision,
        )
        if settings.require_gpu:
            require_gpu(self.painter.provider)
        self.atelier = Atelier(self.painter, settings, say, last_style)
        self._open.callback(self.atelier.close)
        self.controls, self.stylize = self.atelier.controls, self.atelier.stylize
        self.slides = SlideShow(self.controls, settings.slide_show or SECONDS)
        self.meter = meter or Meter()
        self._paused_frames = self._unpainted = 0
        self._figures: dict[str, Any] | None = None
        try:
            self.source = start_source(settings, say)
            self._open.callback(self.source.close)
            self.quality = Quality(settings, self.controls, self.source)
            self._report = CameraReport(self.source, say)
            self._fallback = self._make_fallback()
            self._open.callback(self._fallback.close)
            self._ahead = Ahead(
                lambda frame: self._fallback(self.stylize, frame), self.source.live
            )
            self._open.callback(self._ahead.close)
            microphone = start_microphone(settings, self.source.live, say)
            if microphone is not None:
                self._open.callback(microphone.close)
            self.takes = Takes(
                self.controls,
                settings.folder,
                settings.record,
                self.source.fps,
                clock=time.monotonic if self.source.live else None,
                encoded=lambda seconds: self.meter.stages.add("encode", seconds),
                replay=settings.replay if settings.window else 0.0,  # keys alone ask
                microphone=microphone,
            )
            self._open.callback(self.takes.close)
            self.outlet = wanted(settings.virtual_camera, settings.size)
            if self.outlet is not None:
                self._open.callback(self.outlet.close)
            self.release = release_of(settings, self.controls, self.source, self.outlet)
            self._open.callback(self.release.close)
            self.teller = Teller(
                self.atelier,
                self.meter,
                self.source,
                self.takes,
                self.outlet,
                trouble=lambda: self._fallback.trouble,
                unpainted=lambda: self._unpainted,
                say=say,
            )
            self.window = self._open_window()
        except BaseException:
            self._open.close()
            raise

    def run(self) -> None:
        """Shows, records and obeys until something ends it.

        Raises:
            LivestyleError: the source, the window or the named recording broke; what
                was recorded until then is finished first.
        """
        with self._open:
            try:
                self._loop()
            finally:
                self._unpainted += self._ahead.frame is not None  # begun, never shown
                # Before closing: while an encoder finishes, the camera goes on.
                self._report.look(last=True)
                self._figures = self._measure()

    def stats(self) -> dict[str, Any]:
        """Figures of the run, for `--stats`; they end with the loop."""
        return {
            **(self._figures or self._measure()),
            "stages_ms": self.meter.stages.summary(),  # the encoder ends after the loop
            "written": [str(path) for path in self.takes.written],
            "frames_left_out_of_recordings": self.takes.left_out,
            "encoder": self.takes.encoder or None,
        }

    def _loop(self) -> None:
        deadline = time.monotonic() + (self.settings.seconds or float("inf"))
        frames, ahead, live = iter(self.source), self._ahead, self.source.live
        shown, shown_at = None, 0.0
        while not self.controls.quitting and time.monotonic() < deadline:
            if ahead.frame is None and not self._begin(frames):
                break
            frame, painter = ahead.frame, self.atelier.painter
            # One that was begun early has its turn from when the last one was shown.
            taken, turn = ahead.began, max(ahead.began, shown_at)
            painted = None if frame is None else self._painted()
            if painted is not None:
                shown = painted
                if self._may_hurry():
                    self._begin(frames)
            self._report.look()
            self._show(shown, fresh=painted is not None)
            if frame is not None and painted is not None:
                shown_at, spent = time.monotonic(), self._ahead.seconds
                self.meter.shown(shown_at - (frame.captured if live else taken))
                self.quality.note(painter, frame, spent, shown_at - turn)

    def _painted(self) -> Frame | None:
        """What has become of the frame that was begun, recorded; None without any."""
        painted, stages = self._ahead.take(), self.meter.stages
        stages.add("paint", self._ahead.seconds)
        if painted is None:  # the picture stands still while providers change
            self._unpainted += 1
            return None
        if self.controls.paused:  # since it was begun
            self._paused_frames += 1
            return None
        with stages.timed("record"):
            self.takes.write(painted)
            if self.outlet is not None:
                self.outlet.write(painted)
        return painted

    def _begin(self, frames: Iterator[Frame | None]) -> bool:
        """Begins to paint the next frame, if one is there; False when all are done."""
        frame, ended = self._next(frames)
        if ended:
            return False
        self.release.follow()
        self.atelier.follow(frame)
        if frame is not None:
            self.slides.turn(frame.captured)
            self._ahead.begin(frame)
            if self.source.live:
                self.meter.stages.add("capture", self._ahead.began - frame.captured)
        return True

    def _may_hurry(self) -> bool:
        """Whether to paint the next frame while this one is drawn, as it is painted."""
        return (
            isinstance(self.source, Latest)
            and self.source.waiting
            and self.controls.view == "painting"
            and self._ahead.pays
            and not self.controls.quitting
        )

    def _measure(self) -> dict[str, Any]:
        return {
            **figures(
                self.meter,
                self.source,
                self._report,
                self.atelier.painter,
                self._fallback,
                self._unpainted,
            ),
            "frames_paused": self._paused_frames,
            "style": self.controls.style,
            "quality": self.quality.figures(),
        }

    def _next(self, frames: Iterator[Frame | None]) -> tuple[Frame | None, bool]:
        """The next frame, or None when there is none to paint now; whether it ended."""
        if self.controls.paused and not self.source.live:
            return None, False  # a file stands still
        try:
            frame = next(frames)
        except StopIteration:
            return None, True
        if self.controls.paused and frame is not None:
            self._paused_frames += 1
            return None, False
        return frame, False

    def _show(self, shown: Frame | None, *, fresh: bool) -> None:
        """Draws the newest picture and obeys a key."""
        if self.window is None:
            self.takes.follow()
            self.teller.tell()
            return
        # Waiting for keys beside a picture that stands still is no stage of a frame.
        with self.meter.stages.timed("show") if fresh else nullcontext():
            if shown is not None:
                self.window.write(shown)
            key = self.window.read_key(1 if fresh else IDLE_MS)
        while key is not None:  # all that wait: a slow painter asks seldom
            press(key, self.controls)
            key = self.window.read_key()
        while (mouse := self.window.read_mouse()) is not None:
            point(mouse, self.controls)
        self.controls.count_down()
        self.window.fullscreen(self.controls.fullscreen)
        # Keys act on the picture that is seen, also while it stands still.
        self.takes.follow()
        if shown is not None:
            self.takes.snap(shown)

    def _make_fallback(self) -> Fallback:
        return Fallback(
            lambda: self.atelier.painter,
            self._reopen,
            waits=not self.source.live,
            gpu_only=self.settings.require_gpu,
            say=self._say,
        )

    def _reopen(self, painter: Painter, provider: str) -> Painter:
        settings, own = self.settings, painter is self.painter
        return reopen_painter(
            find(settings.model) if own else painter.path,
            provider,
            threads=settings.threads,
            precision=settings.precision if own else "auto",
        )

    def _open_window(self) -> Window | None:
        if not self.settings.window:
            return None
        overlay = Overlay()
        # This very stylizer, whatever takes its place in the loop.
        fps, fallback = self.source.fps, self._fallback
        view = View(self.stylize, self.controls, fps, fallback)

        def decorate(frame: Frame) -> Pixels:
            with self.meter.stages.timed("view"):
                pixels = view.of(frame)
            with self.meter.stages.timed("overlay"):
                return overlay.draw(pixels, self.teller.status(), self.controls)

        window = Window(decorate=decorate, repeating=REPEATING)
        self._open.callback(window.close)
        return window
