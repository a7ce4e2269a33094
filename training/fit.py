"""Fits a painter: one visible loop from photographs to a checkpoint."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.errors import LivestyleError, OutputError
from training.checkpoint import FILE, Checkpoint, commit
from training.config import Recipe
from training.data import Crops, batches, find_pictures, split
from training.device import choose_device, choose_precision
from training.nets import Painter
from training.objective import Objective, load_paintings
from training.preview import Preview
from training.vgg import Features

Placed = TypeVar("Placed", bound=nn.Module)

AVERAGED = 50  # steps that the reported terms are averaged over


class DivergedError(LivestyleError):
    """The loss is no number any more, or has exploded."""


@dataclass(frozen=True)
class FitOptions:
    """Where a fit reads and writes, and how long it goes on.

    Attributes:
        data: folder of photographs.
        styles: folder of paintings.
        out: folder of the run: checkpoint, previews, TensorBoard events.
        vgg_weights: see `training.vgg.Features`.
        seconds: fit for so long instead of the recipe's steps.
        resume: go on from the checkpoint in `out`.
        workers: processes that decode photographs; 0 decodes in this one.
        device, precision: see `training.device`.
        save_every, preview_every: steps.
    """

    data: Path
    styles: Path
    out: Path
    vgg_weights: Path | str | None = None
    seconds: float | None = None
    resume: bool = False
    workers: int = 1
    device: str = "auto"
    precision: str = "auto"
    save_every: int = 200
    preview_every: int = 200


@dataclass(frozen=True)
class Progress:
    """What a step reached, for progress bars and tests.

    Attributes:
        step: steps made, this one included.
        done: share of the whole fit that is behind us, 0..1.
        terms: the loss terms of this step, by name.
        images_per_second: photographs painted, over the last steps.
        broken: different files that could not be read, since this fit began or resumed.
    """

    step: int
    done: float
    terms: dict[str, float]
    images_per_second: float
    broken: int


def fit(
    recipe: Recipe,
    options: FitOptions,
    report: Callable[[Progress], None] = lambda _: None,
) -> Path:
    """Fits the recipe's painter and leaves a checkpoint, also when interrupted.

    Args:
        recipe: what to fit; on resuming, it must be the one of the checkpoint.
        options: folders, duration, device.
        report: called after every step.

    Returns:
        The path of the last checkpoint.

    Raises:
        SettingsError: data, paintings, weights or device are not as they must be.
        DivergedError: the loss became no number or exploded; the checkpoint is the
            last one whose weights were seen to give a good loss.
        KeyboardInterrupt: after the checkpoint was written.
    """
    device = choose_device(options.device)
    dtype = choose_precision(options.precision, device)
    training, validation = split(find_pictures(options.data), recipe.validation)
    torch.manual_seed(recipe.seed)
    painter = Painter(recipe.network, len(recipe.styles), recipe.dim)
    painter = _placed(painter, device)
    optimizer = torch.optim.Adam(painter.parameters(), lr=recipe.rate)
    start = _restore(options, painter, optimizer)

    wanted = {*recipe.content_layers, *recipe.style_layers}
    features = Features(
        wanted,
        network=recipe.loss_network,
        pooling=recipe.pooling,
        weights=options.vgg_weights,
    )
    features = _placed(features, device)
    paintings = load_paintings(recipe, options.styles)
    objective = Objective(recipe, features, paintings).to(device)

    crops = Crops(training, recipe.crop, recipe.zoom, recipe.seed)
    batch = recipe.batch + recipe.identities
    step, elapsed = (start.step, start.elapsed) if start else (0, 0.0)
    first = step
    broken: set[int] = set()
    recent: deque[dict[str, float]] = deque(maxlen=AVERAGED)
    times: deque[float] = deque([time.monotonic()], maxlen=AVERAGED)

    def save() -> Path:
        return Checkpoint(
            recipe=recipe,
            step=step,
            elapsed=elapsed,
            painter=painter.state_dict(),
            optimizer=optimizer.state_dict(),
            terms=_mean(recent) or (start.terms if start else {}),
            commit=commit(),
        ).save(options.out)

    path = save()
    preview = Preview(options.out, recipe, validation, paintings)
    stream = batches(crops, batch, step, options.workers)
    try:
        for pictures, skipped in stream:
            done = _done(step, elapsed, recipe, options)
            if done >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(recipe, step, done)
            # By the step's own seed, so that a resumed fit draws what it would have.
            torch.manual_seed(recipe.seed + 1_000_003 * step)
            x = _to_float(pictures, device)
            rows = _rows(step, recipe, device)
            with torch.autocast(device.type, dtype, dtype != torch.float32):
                pastiche = paint_within(painter, x, rows, recipe.context)
                terms = objective(x, pastiche, rows)
            optimizer.zero_grad(set_to_none=True)
            terms["total"].backward()
            values = {name: term.item() for name, term in terms.items()}
            _check(values, recent, step, path)
            if step % options.save_every == 0 and step > first:
                # Here and not after the step: these weights gave a good loss.
                path = save()
            optimizer.step()

            step += 1
            broken |= skipped
            recent.append(values)
            times.append(time.monotonic())
            elapsed += times[-1] - times[-2]
            rate = batch * (len(times) - 1) / (times[-1] - times[0])
            done = min(1.0, _done(step, elapsed, recipe, options))
            report(Progress(step, done, values, rate, len(broken)))
            preview.scalars(step, values, rate, len(broken))
            if step % options.preview_every == 0:
                preview.sheet(step, painter)
        path = save()
        preview.sheet(step, painter)
    except DivergedError:
        # The step before may have ruined the weights: what is on disk stays.
        raise
    except BaseException:
        save()
        raise
    finally:
        stream.close()
        preview.close()
    return path


def _placed(module: Placed, device: torch.device) -> Placed:
    """The module on the device, its convolutions in the layout that bfloat16 likes."""
    return module.to(device).to(memory_format=torch.channels_last)


def _restore(
    options: FitOptions, painter: Painter, optimizer: torch.optim.Adam
) -> Checkpoint | None:
    """The checkpoint to go on from, loaded; None for a fit that begins."""
    if not options.resume:
        _refuse_to_overwrite(options.out)
        return None
    checkpoint = Checkpoint.load(options.out)
    checkpoint.restore(painter)
    optimizer.load_state_dict(checkpoint.optimizer)
    return checkpoint


def _refuse_to_overwrite(out: Path) -> None:
    if (out / FILE).exists():
        raise OutputError(
            f"{out} holds a fit already",
            hint="Go on with --resume, or choose another folder with --out.",
        )


def _done(step: int, elapsed: float, recipe: Recipe, options: FitOptions) -> float:
    """Share of the fit that is behind us, 0..1, by steps or by the clock."""
    if options.seconds is not None:
        return elapsed / options.seconds
    return step / recipe.steps


def learning_rate(recipe: Recipe, step: int, done: float) -> float:
    """Linear warm-up to the recipe's rate, times a cosine down to a hundredth.

    Args:
        recipe: for its rate and warm-up.
        step: steps made so far.
        done: share of the whole fit that is behind us, 0..1.
    """
    warm = min(1.0, (step + 1) / max(1, recipe.warmup))
    fall = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return recipe.rate * warm * fall


def _rows(step: int, recipe: Recipe, device: torch.device) -> Tensor:
    """Embedding rows of a batch: styles in turn without end, then the identities."""
    n = len(recipe.styles)
    styles = [(step * recipe.batch + i) % n + 1 for i in range(recipe.batch)]
    return torch.tensor(styles + [0] * recipe.identities, device=device)


def paint_within(painter: Painter, x: Tensor, rows: Tensor, context: int) -> Tensor:
    """Paints pictures as if they had no border: see `Recipe.context`.

    Args:
        painter: what paints.
        x: RGB, 0..1, shape (B, 3, H, W).
        rows: of the embeddings, shape (B,).
        context: px to go on around the pictures by reflection, below H and W.

    Returns:
        RGB, nominally 0..1, shape (B, 3, H, W).
    """
    height, width = x.shape[-2:]
    around = F.pad(x, (context,) * 4, mode="reflect")
    around = around.contiguous(memory_format=torch.channels_last)
    pastiche: Tensor = painter(around, rows)
    return pastiche[..., context : context + height, context : context + width]


def _to_float(pictures: Tensor, device: torch.device) -> Tensor:
    x = pictures.to(device, non_blocking=True).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


def _check(
    values: dict[str, float], recent: deque[dict[str, float]], step: int, path: Path
) -> None:
    """Stops at a loss that is no number or far above what it was."""
    total = values["total"]
    bad = [name for name, value in values.items() if not math.isfinite(value)]
    exploded = len(recent) == AVERAGED and total > 100 * _mean(recent)["total"]
    if bad or exploded:
        raise DivergedError(
            f"the loss {'is no number' if bad else f'exploded to {total:.3g}'} "
            f"at step {step} ({', '.join(bad) or 'total'})",
            hint="Halve 'rate' in the recipe, or fit with --precision float32; the "
            f"last good weights are in {path}.",
        )


def _mean(recent: deque[dict[str, float]]) -> dict[str, float]:
    if not recent:
        return {}
    return {name: sum(v[name] for v in recent) / len(recent) for name in recent[0]}
