"""Fits a painter: one visible loop from photographs to a checkpoint."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from livestyle.errors import OutputError
from livestyle.signals import polite
from training.config import Recipe
from training.data import Crops, batches, find_pictures, split
from training.device import choose_device
from training.easel import Easel
from training.errors import DivergedError
from training.gpu_decode import choose_decoder
from training.nets import Painter
from training.options import FitOptions
from training.preview import Preview
from training.ranks import joined
from training.waiting import Waiting

TIMED = 50  # steps that the rate and the waiting are measured over


@dataclass(frozen=True)
class Progress:
    """What a step reached, for progress bars and tests.

    Attributes:
        step: steps made, this one included.
        done: share of the whole fit that is behind us, 0..1.
        terms: the loss terms of this step, by name.
        images_per_second: photographs painted, over the last steps.
        broken: different files that could not be read, since this fit began or resumed.
        waiting: share of the time of the last steps spent waiting for data, 0..1.
        waited: the same since this fit began or resumed and its workers were up.
        started: seconds until the workers were up, which `waited` leaves out.
    """

    step: int
    done: float
    terms: dict[str, float]
    images_per_second: float
    broken: int
    waiting: float
    waited: float
    started: float


def fit(
    recipe: Recipe,
    options: FitOptions,
    report: Callable[[Progress], None] = lambda _: None,
    begun: Painter | None = None,
) -> Path:
    """Fits the recipe's painter and leaves a checkpoint, also when interrupted.

    Started by `torchrun`, all its processes fit one painter together.

    Args:
        recipe: what to fit; on resuming, it must be the one of the checkpoint.
        options: folders, duration, device.
        report: called after every step.
        begun: the painter to fit on, see `Easel`; None for a new one.

    Returns:
        The path of the last checkpoint.

    Raises:
        SettingsError: data, paintings, weights or device are not as they must be.
        DivergedError: the loss became no number or exploded; the checkpoint is the
            last one whose weights were seen to give a good loss.
        KeyboardInterrupt: after the checkpoint was written.
    """
    choose_decoder(options.decode)  # which says at once what cannot be had
    training, validation = split(find_pictures(options.data), recipe.validation)
    device = choose_device(options.device)
    with joined(device) as ranks:
        easel = Easel(recipe, options, device, ranks, begun)
        easel.save()  # which says at once if nothing can be written
        preview = None
        if ranks.first:
            preview = Preview(options.out, recipe, validation, easel.paintings)
        return _run(easel, training, preview, report)


def _run(
    easel: Easel,
    training: list[Path],
    preview: Preview | None,
    report: Callable[[Progress], None],
) -> Path:
    """The loop, from the step that the easel stands at, and what is kept of it."""
    asked: list[bool] = []
    # A Ctrl-C inside a step would leave weights that are half stepped. That holds for
    # what is saved on the way out as well: torchrun sends SIGTERM just when another
    # process has died and this one is about to save.
    with polite(lambda: asked.append(True)):
        try:
            _steps(easel, training, preview, report, asked)
            path = easel.save()
            if preview is not None:
                preview.sheet(easel.step, easel.painter)
        except DivergedError:
            # The step before may have ruined the weights: what is on disk stays.
            raise
        except KeyboardInterrupt:
            easel.save()
            raise
        except BaseException as error:
            try:
                easel.rescue()
            except (DivergedError, OutputError) as second:
                error.add_note(f"The last steps are not saved: {second}")
            raise
        finally:
            if preview is not None:
                preview.close()
    return path


def _steps(
    easel: Easel,
    training: list[Path],
    preview: Preview | None,
    report: Callable[[Progress], None],
    asked: list[bool],
) -> None:
    """Makes steps until the fit is done, or somebody has asked for its end.

    Raises:
        KeyboardInterrupt: after a whole step, since somebody asked.
    """
    recipe, options, ranks = easel.recipe, easel.options, easel.ranks
    first = easel.step
    crops = Crops(
        training,
        recipe.crop,
        recipe.zoom,
        recipe.seed,
        decode=choose_decoder(options.decode),
    )
    batch = recipe.batch + recipe.identities
    stream = batches(crops, batch, easel.step, options.workers, easel.places)
    # A worker starts in seconds and then gives its first batch.
    waiting = Waiting(warmup=options.workers, recent=TIMED)
    broken: set[int] = set()
    times: deque[float] = deque([time.monotonic()], maxlen=TIMED)
    with closing(stream):
        for pictures, skipped in waiting.watch(stream):
            if easel.done >= 1:
                break
            due = easel.step % options.save_every == 0 and easel.step > first
            values = easel.advance(pictures, save=due)
            broken |= skipped
            times.append(time.monotonic())
            easel.elapsed += times[-1] - times[-2]
            # Signals and clocks differ: what is done next must not.
            stopped, easel.elapsed = ranks.sum(bool(asked), easel.elapsed * ranks.first)
            if preview is not None:
                rate = batch * (len(times) - 1) / (times[-1] - times[0])
                progress = Progress(
                    step=easel.step,
                    done=easel.done,
                    terms=values,
                    images_per_second=rate,
                    broken=len(broken),
                    waiting=waiting.share,
                    waited=waiting.overall,
                    started=waiting.started,
                )
                report(progress)
                preview.scalars(easel.step, values, rate, len(broken), progress.waiting)
                if easel.step % options.preview_every == 0:
                    preview.sheet(easel.step, easel.painter)
            if stopped:
                raise KeyboardInterrupt
