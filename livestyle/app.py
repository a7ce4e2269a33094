"""The live run: builds source, stylizer and sinks, and runs the one loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from typing import Any

from livestyle.atelier import Atelier
from livestyle.bank import find
from livestyle.cameras.report import CameraReport
from livestyle.choice import open_painter, reopen_painter
from livestyle.commands import point, press
from livestyle.fallback import Fallback
from livestyle.figures import figures
from livestyle.frame import Frame, Pixels
from livestyle.latest import Latest
from livestyle.meter import Meter
from livestyle.model import Painter
from livestyle.overlay import Overlay, Status
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
        self._told = False  # at the terminal, what is amiss now
        self._figures: dict[str, Any] | None = None
        try:
            self.source = start_source(settings, say)
            self._open.callback(self.source.close)
            self.quality = Quality(settings, self.controls, self.source)
            self._report = CameraReport(self.source, say)
            self._fallback = self._make_fallback()
            self._open.callback(self._fallback.close)
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
                # Before anything is closed: an encoder that finishes takes seconds, in
                # which the camera goes on.
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
        frames, stages = iter(self.source), self.meter.stages
        shown: Frame | None = None
        while not self.controls.quitting and time.monotonic() < deadline:
            frame, ended = self._next(frames)
            if ended:
                break
            self.release.follow()
            self.atelier.follow(frame)
            if frame is not None:
                taken = time.monotonic()
                if self.source.live:
                    stages.add("capture", taken - frame.captured)
                self.slides.turn(frame.captured)
                with stages.timed("paint"):
                    painted = self._fallback(self.stylize, frame)
                if painted is None:
                    frame = None  # the picture stands still while providers change
                    self._unpainted += 1
                else:
                    shown = painted
                    with stages.timed("record"):
                        self.takes.write(shown, frame)
                        if self.outlet is not None:
                            self.outlet.write(shown)
            self._report.look()
            self._show(shown, fresh=frame is not None)
            if frame is not None:
                since = frame.captured if self.source.live else taken
                shown_at, painter = time.monotonic(), self.atelier.painter
                self.meter.shown(shown_at - since)
                spent = stages.last["paint"], shown_at - taken
                self.quality.note(painter, frame, *spent)

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
            self._tell()
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

    def _tell(self) -> None:
        """Says at the terminal what is amiss, once, where no window can."""
        amiss = " - ".join(filter(None, self._lost()))
        if amiss and not self._told:
            self._say(amiss)
        self._told = bool(amiss)

    def _lost(self) -> tuple[str, str, str]:
        """What is amiss with devices: virtual camera, microphone, source."""
        outlet = self.outlet.trouble if self.outlet is not None else ""
        return outlet, self.takes.sound_trouble, self.source.status

    def _status(self) -> Status:
        controls, meter = self.controls, self.meter
        live = self.source if isinstance(self.source, Latest) else None
        amiss = self._fallback.trouble, self.takes.trouble, *self._lost()
        return Status(
            style=self.atelier.stylize.style,
            strength=controls.strength,
            provider=self.atelier.painter.provider.label,
            shown_fps=meter.shown_fps,
            captured_fps=live.captured_fps if live else None,
            latency_p50_ms=meter.latency_ms(50) if live else None,
            latency_p95_ms=meter.latency_ms(95) if live else None,
            dropped=live.dropped + self._unpainted if live else None,
            recording_seconds=self.takes.seconds,
            warning=" - ".join(filter(None, amiss)),
            recording_paused=controls.recording_paused,
            paused=controls.paused,
            stylizing=controls.stylizing,
            second=self.atelier.stylize.blended,
            weight=controls.weight,
            keep_colours=controls.keep_colours,
            working=controls.working,
            quality=controls.quality,
        )

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
        view = View(self.stylize, self.controls, self.source.fps)

        def decorate(frame: Frame) -> Pixels:
            with self.meter.stages.timed("view"):
                pixels = self._fallback(view.of, frame)
                if pixels is None:
                    pixels = frame.pixels
            with self.meter.stages.timed("overlay"):
                return overlay.draw(pixels, self._status(), self.controls)

        window = Window(decorate=decorate)
        self._open.callback(window.close)
        return window
