from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest

from livestyle.batch.jobs import Jobs, Outcome, usual_jobs
from livestyle.batch.plan import Task
from livestyle.errors import PaintError
from livestyle.frame import Frame
from tests.livestyle.moving_card import write_clip
from tests.livestyle.probe import probe
from tests.livestyle.simple_painting import same

Paint = Callable[[Frame], Frame]


def tasks_of(folder: Path, count: int) -> list[Task]:
    return [
        Task(write_clip(folder / f"{n}.mp4", count=5), folder / f"{n}-painted.mp4")
        for n in range(count)
    ]


def jobs_of(tasks: list[Task], paints: list[Paint]) -> Jobs:
    begins = [lambda paint=paint: paint for paint in paints]
    return Jobs(tasks, lambda task: f"mark of {task.source.name}", begins)


def outcomes_of(jobs: Jobs) -> dict[str, Outcome]:
    return {
        event.task.source.name: event
        for event in jobs.events()
        if isinstance(event, Outcome)
    }


def test_two_jobs_paint_two_videos_at_once(tmp_path: Path) -> None:
    both = Barrier(2, timeout=60)  # breaks, unless two videos are at the same frame

    def meet(frame: Frame) -> Frame:
        both.wait()
        return frame

    tasks = tasks_of(tmp_path, 4)
    outcomes = outcomes_of(jobs_of(tasks, [meet, meet]))
    assert [outcome.error for outcome in outcomes.values()] == [None] * 4
    assert [probe(task.target).frames for task in tasks] == [5, 5, 5, 5]


@pytest.mark.parametrize("error", [PaintError("it broke"), RuntimeError("a bug")])
def test_an_error_of_one_video_does_not_stop_the_others(
    tmp_path: Path, error: Exception
) -> None:
    tasks = tasks_of(tmp_path, 3)
    second = 7  # frames, one in the second video

    def paint(frame: Frame) -> Frame:
        nonlocal second
        second -= 1
        if second == 0:
            raise error
        return frame

    outcomes = outcomes_of(jobs_of(tasks, [paint]))
    assert [outcomes[f"{n}.mp4"].error for n in range(3)] == [None, error, None]
    assert [task.target.exists() for task in tasks] == [True, False, True]


def test_a_stop_ends_all_jobs_and_begins_no_other_video(tmp_path: Path) -> None:
    tasks = tasks_of(tmp_path, 4)
    both = Barrier(2, timeout=60)

    def stop(frame: Frame) -> Frame:
        if frame.index == 2:
            both.wait()
            jobs.stop()
            both.wait()
        return frame

    jobs = jobs_of(tasks, [stop, stop])
    outcomes = outcomes_of(jobs)
    assert set(outcomes) == {"0.mp4", "1.mp4"}
    for outcome in outcomes.values():
        assert outcome.report is not None
        assert outcome.report.partial
        assert probe(outcome.report.path).frames == 3
    assert not any(task.target.exists() for task in tasks)


def test_finished_videos_are_not_painted_again_and_others_are_refused(
    tmp_path: Path,
) -> None:
    tasks = tasks_of(tmp_path, 2)
    outcomes_of(jobs_of(tasks[:1], [same]))
    tasks[1].target.write_bytes(b"precious")
    before = tasks[0].target.read_bytes()
    outcomes = outcomes_of(jobs_of(tasks, [same]))
    assert (outcomes["0.mp4"].report, outcomes["0.mp4"].error) == (None, None)
    assert "already there" in str(outcomes["1.mp4"].error)
    assert tasks[0].target.read_bytes() == before
    assert tasks[1].target.read_bytes() == b"precious"


def test_a_finished_movie_takes_its_older_parts_away(tmp_path: Path) -> None:
    tasks = tasks_of(tmp_path, 1)

    def stop(frame: Frame) -> Frame:
        stopped.stop()
        return frame

    stopped = jobs_of(tasks, [stop])
    outcomes_of(stopped)
    assert (tmp_path / "0-painted.partial.mp4").exists()
    outcomes_of(jobs_of(tasks, [same]))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["0-painted.mp4", "0.mp4"]


def test_each_core_has_a_job_up_to_a_limit() -> None:
    assert [usual_jobs(cores) for cores in (1, 2, 4, 64)] == [1, 2, 4, 4]
