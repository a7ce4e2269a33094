"""The command `video`: paints videos, one or whole folders of them."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livestyle.commandline.painting import (
    add_painting,
    gpu_required,
    painter_of,
    say,
    settings_of,
)
from livestyle.errors import LivestyleError, ModelError
from livestyle.flags import reader
from livestyle.settings import Settings
from livestyle.signals import polite

if TYPE_CHECKING:
    from livestyle.batch.jobs import Jobs, Outcome
    from livestyle.batch.plan import Task
    from livestyle.batch.progress import Progress

FEW = 5  # names that are told of many


def register(commands: Any) -> None:
    """Adds the command to argparse's subcommands."""
    parser = commands.add_parser(
        "video",
        help="paint videos",
        description="Paints a video, or all videos of folders, every frame, with the "
        "sound. What is finished is not painted again: after an interruption, type "
        "the same once more.",
    )
    parser.add_argument("inputs", type=Path, nargs="+", metavar="IN")
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        required=True,
        metavar="OUT",
        help="the movie, or a folder for several, which keep their names",
    )
    parser.add_argument(
        "--jobs",
        type=reader(_parse_jobs),
        metavar="N",
        help="how many videos are painted at once (by the number of CPU cores)",
    )
    add_painting(parser, "NAME")
    parser.set_defaults(call=call)


def call(options: dict[str, Any]) -> int:
    """Paints them.

    Returns:
        0, 1 if any failed, 130 if it was stopped early.

    Raises:
        LivestyleError: nothing can be painted; of one video that gets a name, why not.
    """
    from livestyle.batch.jobs import Jobs
    from livestyle.batch.mark import mark_of
    from livestyle.batch.plan import is_one, plan
    from livestyle.batch.progress import Progress
    from livestyle.batch.work import work_of
    from livestyle.stylizer import Stylizer

    settings = settings_of(options)
    one = is_one(options["inputs"], options["output"])
    planned = plan(options["inputs"], options["output"])
    _tell_others(planned.others)
    painters, style = _open(settings, options, planned.tasks)
    if not one:
        _make_folders(planned.tasks)
    jobs = Jobs(
        planned.tasks,
        lambda task: mark_of(task.source, painters[0], style, settings.strength),
        [
            partial(Stylizer.of_style, painter, style, settings.strength)
            for painter in painters
        ],
        resume=not one,
        overwrite=options["overwrite"],
    )
    progress = Progress({task.source: work_of(task.source) for task in planned.tasks})
    with gpu_required(settings):
        outcomes = _run(jobs, progress, raising=one)
    return _sum_up(outcomes, planned.tasks)


def _open(
    settings: Settings, options: dict[str, Any], tasks: Sequence[Task]
) -> tuple[list[Any], str]:
    """A painter for each job with its share of the threads, and its style's name.

    Raises:
        LivestyleError: it cannot be opened, or does not have the style.
    """
    from livestyle.batch.jobs import usual_jobs
    from livestyle.machine import cores
    from livestyle.model import Painter

    again = options["overwrite"]
    waiting = [task for task in tasks if again or not task.target.exists()]
    count = min(options["jobs"] or usual_jobs(cores()), max(len(waiting), 1))
    if count > 1 and not settings.threads:
        settings = replace(settings, threads=max(cores() // count, 1))
    first, style = painter_of(settings, options["style"])
    others = [
        Painter(first.path, provider=settings.provider, threads=settings.threads)
        for _ in range(count - 1)
    ]
    if any(other.about.sha256 != first.about.sha256 for other in others):
        raise ModelError(f"{first.path} has just changed", hint="Start once more.")
    return [first, *others], style


def _make_folders(tasks: Sequence[Task]) -> None:
    from livestyle.naming import make_folder

    for folder in dict.fromkeys(task.target.parent for task in tasks):
        make_folder(folder)


def _run(jobs: Jobs, progress: Progress, *, raising: bool) -> list[Outcome]:
    """Runs the jobs to their end, and tells of each video when it is over.

    Raises:
        Exception: that of the video, if `raising`.
    """
    from livestyle.batch.jobs import Advance
    from livestyle.batch.progress import Line

    outcomes, line = [], Line()
    with polite(jobs.stop), closing(jobs.events()) as events:
        for event in events:
            if isinstance(event, Advance):
                progress.advance(event.task.source, event.done, event.total)
            elif event is not None:
                line.clear()
                if raising and event.error is not None:
                    raise event.error
                progress.end(event.task.source)
                _tell(event)
                outcomes.append(event)
            line.show(progress.line)
    line.clear()
    return outcomes


def _tell(outcome: Outcome) -> None:
    """What became of one video."""
    report, error = outcome.report, outcome.error
    if isinstance(error, LivestyleError):
        source = f"'{outcome.task.source}'"
        say(str(error) if source in str(error) else f"{source}: {error}")
    elif error is not None:
        say(f"'{outcome.task.source}' met a mistake of livestyle's own:")
        traceback.print_exception(error)
    elif report is None:
        print(f"{outcome.task.target}: finished before")
    else:
        print(
            f"{'stopped early: ' if report.partial else ''}{report.path}: "
            f"{report.frames} frames, {report.seconds:.2f} s, sound: {report.sound}"
            + (f", {report.skipped} broken packets left out" if report.skipped else "")
        )


def _sum_up(outcomes: Sequence[Outcome], tasks: Sequence[Task]) -> int:
    """The exit status; where there were several videos, says how many failed."""
    failed = sum(outcome.error is not None for outcome in outcomes)
    parts = sum(bool(o.report and o.report.partial) for o in outcomes)
    left = len(tasks) - len(outcomes)
    if len(tasks) > 1:
        counts = {
            "finished": len(outcomes) - failed - parts,
            "failed": failed,
            "stopped early": parts,
            "not begun": left,
        }
        say(", ".join(f"{n} {what}" for what, n in counts.items() if n))
    if parts or left:
        return 130
    return 1 if failed else 0


def _tell_others(others: Sequence[Path]) -> None:
    """Names what was found in folders and is no video."""
    if others:
        named = ", ".join(str(path) for path in others[:FEW])
        more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
        say(f"no video, skipped: {named}{more}")


def _parse_jobs(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 64:
        raise ValueError("it is a whole number from 1 to 64")
    return value
