"""Several videos at once, each job on a thread with a painter of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread

from livestyle.batch.mark import mark_in, remove_parts
from livestyle.batch.plan import Task
from livestyle.frame import Frame
from livestyle.video import VideoReport, paint_video

LOOK = 0.1  # seconds between two looks at the clock while nothing happens

# A core each costs less than one painting spread over all; but each painter needs
# some 200 bytes of memory for a pixel of its frames.
MOST_JOBS = 4

Paint = Callable[[Frame], Frame]


@dataclass(frozen=True)
class Advance:
    """A frame more of a task is painted."""

    task: Task
    done: int
    total: int | None


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Attributes:
        report: of its movie; None if it failed, or was finished before.
        error: why it failed.
    """

    task: Task
    report: VideoReport | None = None
    error: Exception | None = None


def usual_jobs(cores: int) -> int:
    """How many videos are painted at once where nobody says it."""
    return min(cores, MOST_JOBS)


def is_finished(task: Task, mark: str) -> bool:
    """Whether an earlier run has painted this very movie to its end."""
    return bool(mark) and task.target.is_file() and mark_in(task.target) == mark


class Jobs:
    """Paints tasks until all are done, or until `stop` is called.

    Threads, because decoder, painter and encoder let go of Python's lock while they
    work. What they have to say is heard in the thread that iterates `events`.

    Args:
        tasks: in order.
        mark: gives the mark that a task's movie gets.
        painters: one for each job; each gives what paints one video.
        resume: whether a movie that an earlier run has finished counts as done.
        overwrite: whether movies that are there already may be replaced.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        mark: Callable[[Task], str],
        painters: Sequence[Callable[[], Paint]],
        *,
        resume: bool = True,
        overwrite: bool = False,
    ) -> None:
        self._mark = mark
        self._resume = resume and not overwrite
        self._overwrite = overwrite
        self._ended = Event()
        self._said: SimpleQueue[Advance | Outcome] = SimpleQueue()
        self._waiting: SimpleQueue[Task] = SimpleQueue()
        for task in tasks:
            self._waiting.put(task)
        self._threads = [
            Thread(target=self._work, args=(begin,), name=f"job {n}", daemon=True)
            for n, begin in enumerate(painters, start=1)
        ]

    def stop(self) -> None:
        """Every job ends after its frame; what it has painted stays as a part."""
        self._ended.set()

    def events(self) -> Generator[Advance | Outcome | None, None, None]:
        """What happens, in order; None now and then, so that the clock is seen.

        Tasks that were not begun when it was stopped have no outcome.
        """
        for thread in self._threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in self._threads):
                try:
                    yield self._said.get(timeout=LOOK)
                except Empty:
                    yield None
            while not self._said.empty():
                yield self._said.get()
        finally:
            self.stop()
            for thread in self._threads:
                thread.join()

    def _work(self, begin: Callable[[], Paint]) -> None:
        while not self._ended.is_set():
            try:
                task = self._waiting.get_nowait()
            except Empty:
                return
            try:
                outcome = Outcome(task, self._paint(task, begin()))
            except Exception as error:  # noqa: BLE001 - the other videos must go on
                outcome = Outcome(task, error=error)
            self._said.put(outcome)

    def _paint(self, task: Task, paint: Paint) -> VideoReport | None:
        mark = self._mark(task)
        if self._resume and is_finished(task, mark):
            return None
        report = paint_video(
            task.source,
            task.target,
            paint,
            mark=mark,
            overwrite=self._overwrite,
            progress=lambda done, total: self._said.put(Advance(task, done, total)),
            stop=self._ended.is_set,
        )
        if not report.partial:
            remove_parts(task.target, mark)
        return report
