"""How the run stands: for the overlay, or at the terminal where no window tells."""

from __future__ import annotations

from collections.abc import Callable

from livestyle.atelier import Atelier
from livestyle.latest import Latest
from livestyle.meter import Meter
from livestyle.overlay import Status
from livestyle.sinks.virtual_camera import VirtualCamera
from livestyle.sources.source import Source
from livestyle.takes import Takes


class Teller:
    """Gathers from the parts of a run what a person wants to know of them.

    Args:
        atelier: what paints, with its controls.
        meter: rates and latencies.
        source: of the frames.
        takes: recordings.
        outlet: the virtual camera, if there is one.
        trouble: tells what is amiss with the provider, "" if nothing is.
        unpainted: counts the frames that were taken and not painted.
        say: takes one line for the person at the terminal.
    """

    def __init__(
        self,
        atelier: Atelier,
        meter: Meter,
        source: Source,
        takes: Takes,
        outlet: VirtualCamera | None,
        *,
        trouble: Callable[[], str],
        unpainted: Callable[[], int],
        say: Callable[[str], object],
    ) -> None:
        self._atelier = atelier
        self._meter = meter
        self._source = source
        self._takes = takes
        self._outlet = outlet
        self._trouble = trouble
        self._unpainted = unpainted
        self._say = say
        self._told = False  # at the terminal, what is amiss now

    def status(self) -> Status:
        """What the overlay tells at this moment."""
        controls, meter = self._atelier.controls, self._meter
        live = self._source if isinstance(self._source, Latest) else None
        amiss = self._trouble(), self._takes.trouble, *self._lost()
        return Status(
            style=self._atelier.stylize.style,
            strength=controls.strength,
            provider=self._atelier.painter.provider.label,
            shown_fps=meter.shown_fps,
            captured_fps=live.captured_fps if live else None,
            latency_p50_ms=meter.latency_ms(50) if live else None,
            latency_p95_ms=meter.latency_ms(95) if live else None,
            dropped=live.dropped + self._unpainted() if live else None,
            recording_seconds=self._takes.seconds,
            warning=" - ".join(filter(None, amiss)),
            recording_paused=controls.recording_paused,
            paused=controls.paused,
            stylizing=controls.stylizing,
            second=self._atelier.stylize.blended,
            weight=controls.weight,
            keep_colours=controls.keep_colours,
            working=controls.working,
            quality=controls.quality,
        )

    def tell(self) -> None:
        """Says at the terminal what is amiss, once."""
        amiss = " - ".join(filter(None, self._lost()))
        if amiss and not self._told:
            self._say(amiss)
        self._told = bool(amiss)

    def _lost(self) -> tuple[str, str, str]:
        """What is amiss with devices: virtual camera, microphone, source."""
        outlet = self._outlet.trouble if self._outlet is not None else ""
        return outlet, self._takes.sound_trouble, self._source.status
