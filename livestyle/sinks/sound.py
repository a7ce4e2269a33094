"""The sound of one recording: what a microphone heard, at its places in the movie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from livestyle.errors import OutputError
from livestyle.sinks.aac import AacTrack
from livestyle.sinks.encoder import Movie
from livestyle.sinks.newfile import NewFile
from livestyle.sinks.pauses import Pauses
from livestyle.sinks.times import MovieTimes
from livestyle.sound.block import Block
from livestyle.sound.hearing import Hearing

# Sound that has not come so many seconds after the pictures is silence.
PATIENCE = 1.0


class Sound:
    """Follows the pictures of a recording with what was heard meanwhile.

    Everything but the construction belongs to the thread that encodes. What goes wrong
    with the sound ends the sound alone.

    Args:
        hearing: of the microphone.
        pauses: those of the recording.
        times: the places of its pictures.
        file: that of the recording; what is wrong with it ends the recording.

    Attributes:
        failure: why there is no more sound, "" while there is.
    """

    def __init__(
        self, hearing: Hearing, pauses: Pauses, times: MovieTimes, file: NewFile
    ) -> None:
        self.failure = ""
        self._hearing, self._pauses = hearing, pauses
        self._times, self._file = times, file
        self._rate = hearing.kind.rate
        self._heard = hearing.listen()
        self._next: Block | None = None
        self._track: AacTrack | None = None

    def join(self, movie: Movie) -> None:
        """Adds its stream to a movie that has no picture yet."""
        with self._apart():
            self._track = AacTrack(movie, self._hearing.kind)

    def follow(self, limit: float) -> None:
        """Writes what was heard up to a moment.

        Args:
            limit: by the clock of the frames, without pauses; none may begin before it
                that is not known yet.

        Raises:
            OutputError: the file cannot be written.
        """
        with self._apart():
            if self._track is None:
                return
            while self._write_next(self._track, limit, whole=True):
                pass
            self._track.fill(self._times.seconds(limit - PATIENCE))

    def finish(self, end: float) -> None:
        """Writes the rest up to the moment at which the recording ended.

        Raises:
            OutputError: the file cannot be written.
        """
        with self._apart():
            if self._track is None:
                return
            while self._write_next(self._track, end, whole=False):
                pass
            self._track.fill(self._times.seconds(end - PATIENCE))
            if self._track.empty:  # players stumble over a stream without a packet
                self._track.fill(self._times.seconds(end))
            self._track.close()

    def close(self) -> None:
        """Listens no more. Safe to call twice, from any thread."""
        self._hearing.forget(self._heard)

    def _write_next(self, track: AacTrack, limit: float, *, whole: bool) -> bool:
        """Writes the next block if it was heard, as a whole, before the limit."""
        if self._next is None:
            if not self._heard:
                return False
            self._next = self._heard.popleft()
        block = self._next
        start, end = block.captured, block.captured + len(block.samples) / self._rate
        if self._pauses.moved(end if whole else start) > limit:
            return False
        self._next = None
        for since, until, moved in self._pauses.kept(start, end):
            until = min(until, since + limit - moved)
            first, last = (round((t - start) * self._rate) for t in (since, until))
            track.write(block.samples[first:last], self._times.seconds(moved))
        return True

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Keeps what fails here from the pictures, unless it is the disk."""
        try:
            yield
        except Exception as error:  # whatever it is: it costs no picture
            if self._file.failure is not None:
                raise
            said = error.message if isinstance(error, OutputError) else str(error)
            self.failure = f"recording without sound: {said or type(error).__name__}"
            self._track = None
            self.close()
