"""Recordings, snapshots and the last seconds as the controls ask for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from livestyle.controls import Controls
from livestyle.errors import OutputError
from livestyle.frame import Frame
from livestyle.hindsight import Hindsight
from livestyle.naming import fresh_path
from livestyle.sides import recorded
from livestyle.sinks.recorder import Recorder
from livestyle.sinks.snapshot import save_snapshot
from livestyle.sound.microphone import Microphone


class Takes:
    """A Sink that records while a recording is wanted, and takes snapshots.

    What goes wrong with a recording that was asked for by key ends that recording and
    leaves a note, the picture goes on. One that was asked for by name on the command
    line is what the run is for: its failure is raised.

    Args:
        controls: read and answered at every frame.
        folder: where recordings and snapshots go that a key asked for.
        file: record to this file from the first frame on; None records by key alone.
        fps: the source's nominal rate, 0.0 when unknown.
        clock: that of a live source's frames: a recording lasts until it is ended, also
            in a stall. None for a file, of which no frame is ever left out.
        encoded: is told how many seconds each frame took to encode, in the encoder's
            thread.
        replay: how many seconds are remembered for the keys that save the last ones.
        microphone: what recordings have their sound from; None for none.

    Attributes:
        written: files that were finished.
        trouble: what last went wrong, one line, "" if nothing did.
        left_out: frames that the encoder had no time for.
        encoder: FFmpeg's name of what encoded the latest recording, "" before one.
        hindsight: what saves the last seconds.

    Raises:
        OutputError: `file` is there already or cannot be made.
    """

    def __init__(
        self,
        controls: Controls,
        folder: Path,
        file: Path | None,
        fps: float,
        *,
        clock: Callable[[], float] | None = None,
        encoded: Callable[[float], object] | None = None,
        replay: float = 0.0,
        microphone: Microphone | None = None,
    ) -> None:
        self.controls = controls
        self.folder = folder
        self.written: list[Path] = []
        self.trouble = ""
        self.left_out = 0
        self.encoder = ""
        self._fps = fps
        self._clock = clock
        self._encoded = encoded
        self._microphone = microphone
        self._file = file
        self._what = controls.record_what
        self._recorder: Recorder | None = None
        if file is not None:
            self._recorder = self._make_recorder(file)
            controls.recording = True
        self.hindsight = Hindsight(
            controls, folder, replay, fps, saved=self._saved, failed=self._say_failed
        )

    @property
    def seconds(self) -> float | None:
        """How long the recording is by now, None when there is none."""
        return None if self._recorder is None else self._recorder.seconds

    @property
    def sound_trouble(self) -> str:
        """What is amiss with the sound, "" if nothing is; pictures go on."""
        failed = self._recorder.sound_failure if self._recorder else ""
        return failed or (self._microphone.status if self._microphone else "")

    def write(self, frame: Frame) -> None:
        """Records the frame if that is wanted.

        Args:
            frame: the painted frame, with what it was painted from.

        Raises:
            OutputError: the recording named on the command line broke.
        """
        self.follow()
        kept = None
        if self.hindsight.replay is not None:
            kept = recorded(self.controls.record_what, frame)
            self.hindsight.write(kept)
        if self._recorder is None:
            return
        if self.controls.recording_paused:
            self._recorder.skip(frame)
            return
        if kept is None or self._what != self.controls.record_what:
            kept = recorded(self._what, frame)
        try:
            self._recorder.write(kept)
        except OutputError as error:
            self._fail(error)

    def snap(self, frame: Frame) -> None:
        """Takes the snapshots that were asked for."""
        while self.controls.snapshots:
            self.controls.snapshots -= 1
            try:
                path = save_snapshot(frame, self.folder, self.controls.style)
            except OutputError as error:
                self._say_failed(error)
            else:
                self._saved(path)

    def follow(self) -> None:
        """Starts or ends a recording as the controls say, also between frames."""
        if self.controls.recording and self._recorder is None:
            self._start()
        elif not self.controls.recording and self._recorder is not None:
            self._stop()
        if not self.controls.recording:
            self.controls.recording_paused = False
        if self._recorder is not None and self._clock is not None:
            self._recorder.wish_pause(self.controls.recording_paused, self._clock())
        self.hindsight.follow()

    def close(self) -> None:
        """Finishes the recording and everything else that is being saved.

        Raises:
            OutputError: the recording named on the command line broke.
        """
        self.controls.recording = False
        try:
            self.follow()
        finally:
            self.hindsight.close()

    def _start(self) -> None:
        try:
            path = fresh_path(self.folder, self.controls.style, ".mp4")
            self._recorder = self._make_recorder(path)
            self.trouble = ""
        except OutputError as error:
            self._fail(error)

    def _make_recorder(self, path: Path) -> Recorder:
        self._what = self.controls.record_what
        return Recorder(
            path,
            fps_hint=self._fps,
            lossless=self._clock is None,
            encoded=self._encoded,
            hearing=self._microphone.hearing if self._microphone else None,
        )

    def _stop(self) -> None:
        recorder, self._recorder = self._recorder, None
        assert recorder is not None
        try:
            recorder.close(self._clock() if self._clock else None)
        except OutputError as error:
            self._fail(error, recorder.path)
            return
        finally:
            self._count(recorder)
        if recorder.frames:
            self._saved(recorder.path)
        self._file = None

    def _count(self, recorder: Recorder) -> None:
        """Notes the figures of a recording that has ended, well or not."""
        self.encoder = recorder.encoder
        self.left_out += recorder.left_out

    def _saved(self, path: Path) -> None:
        self.written.append(path)
        self.trouble = ""
        self.controls.say(f"saved {path.name}")

    def _say_failed(self, error: OutputError) -> None:
        self.trouble = str(error)
        self.controls.say(error.message)

    def _fail(self, error: OutputError, path: Path | None = None) -> None:
        """Ends the recording; the run too, if the recording is what it is for."""
        recorder, self._recorder = self._recorder, None
        self.controls.recording = False
        self.trouble = str(error)
        if recorder is not None:
            path = recorder.path
            recorder.close()  # has raised its error before, and only finishes now
            self._count(recorder)
        if self._file is not None and path == self._file:
            raise error
        self.controls.say(error.message)
