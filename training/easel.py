"""What a fit works on: the painter, its losses, and the step that they stand at."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from livestyle.errors import OutputError
from training.checkpoint import FILE, Checkpoint, commit
from training.config import Recipe
from training.context import paint_within
from training.device import choose_precision, precision_name
from training.errors import DivergedError
from training.nets import Painter
from training.objective import Objective, load_paintings
from training.options import FitOptions
from training.ranks import Ranks
from training.schedule import learning_rate, rows_of, share_done, sketch_steps
from training.sketch import Sketch
from training.vgg import Features

Placed = TypeVar("Placed", bound=nn.Module)

AVERAGED = 50  # steps that the reported terms are averaged over


class Easel:
    """One painter being fitted: makes steps, proves and saves what came of them.

    Args:
        recipe: what to fit.
        options: folders and device; `resume` takes up the checkpoint in `out`.
        device: to compute on.
        ranks: the processes that fit together; the first one writes.
        begun: the painter to fit on, which is changed; None draws a new one. Parameters
            of it that require no gradient stay as they are.

    Attributes:
        painter: the networks and embeddings, on the device.
        paintings: RGB, 0..1, shape (3, H, W) each.
        step: steps made so far.
        elapsed: seconds of fitting so far; counted by the caller.

    Raises:
        SettingsError: paintings, weights or device are not as they must be.
        OutputError: `out` holds a fit already, and it is not to be resumed.
    """

    def __init__(
        self,
        recipe: Recipe,
        options: FitOptions,
        device: torch.device,
        ranks: Ranks | None = None,
        begun: Painter | None = None,
    ) -> None:
        self.recipe = recipe
        self.options = options
        self.device = device
        self.ranks = ranks or Ranks()
        self.places = self.ranks.mine(recipe.batch + recipe.identities)
        start = find_checkpoint(options)
        # Timed once: a resumed fit must not come out at another precision.
        precision = start.precision if start else ""
        if options.precision != "auto" or not precision:
            precision = options.precision
        self.dtype = self._agree_on(choose_precision(precision, self.device))
        torch.manual_seed(recipe.seed)
        painter = begun or Painter(recipe.network, len(recipe.styles), recipe.dim)
        self.painter = _placed(painter, self.device)
        self.optimizer = _optimizer(painter, recipe)
        self.step, self.elapsed = 0, 0.0
        self.terms: dict[str, float] = {}
        if start:
            start.restore(painter)
            self.optimizer.load_state_dict(start.optimizer)
            self.step, self.elapsed = start.step, start.elapsed
            self.terms = start.terms
        self.parallel = self._shared()

        features = Features(
            {*recipe.content_layers, *recipe.style_layers},
            network=recipe.loss_network,
            pooling=recipe.pooling,
            weights=options.vgg_weights,
        )
        features = _placed(features, self.device)
        self.paintings = load_paintings(recipe, options.styles)
        self.objective = Objective(recipe, features, self.paintings, self.ranks).to(
            self.device
        )
        share = (recipe.batch + recipe.identities) / self.ranks.world
        if start and start.balance:
            self.objective.balance.load_state_dict(start.balance)
        self.sketch = Sketch(self.paintings, share)
        self.sketched = sketch_steps(recipe, options)
        self.recent: deque[dict[str, float]] = deque(maxlen=AVERAGED)
        # Of the last step, to prove by what that step made of the weights.
        self.batch: tuple[Tensor, Tensor] | None = None

    @property
    def done(self) -> float:
        """Share of the fit that is behind us, 0..1."""
        done = share_done(self.recipe, self.options, self.step, self.elapsed)
        return min(1.0, done)

    def advance(self, pictures: Tensor, *, save: bool = False) -> dict[str, float]:
        """Makes one step.

        Args:
            pictures: this process's photographs of the step, those at `places` of its
                batch, uint8 RGB of shape (B, 3, H, W).
            save: write a checkpoint of the weights as they are before the step, when
                their loss has been seen to be good.

        Returns:
            The loss terms by name, as they were before the step.

        Raises:
            DivergedError: they are no numbers or have exploded; no step was made.
        """
        if self.step == self.sketched:
            # Another loss: its gradients are of another size, what Adam knows of the
            # old ones would make the first steps far too long.
            self.optimizer.state.clear()
            self.recent.clear()
        self.objective.done = self.done
        rate = learning_rate(self.recipe, self.step, self.done, self.sketched)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["times"]
        x = pictures.to(self.device, non_blocking=True).float() / 255
        x = x.contiguous(memory_format=torch.channels_last)
        batch = rows_of(self.recipe, self.step)
        rows = torch.tensor([batch[i] for i in self.places], device=self.device)
        terms = self._terms(x, rows)
        self.optimizer.zero_grad(set_to_none=True)
        total: Tensor = terms["total"]
        total.backward()  # type: ignore[no-untyped-call]
        values = self._values(terms)
        self._check(values)
        if save:
            self._write()
        self.optimizer.step()
        self.objective.balance.move(self.ranks)
        self.batch = x, rows
        self.step += 1
        self.recent.append(values)
        self.terms = _mean(self.recent)
        return values

    def save(self) -> Path:
        """Writes a checkpoint of the last step's weights; returns its path.

        Raises:
            DivergedError: their loss is not good; what was saved before stays.
            OutputError: it cannot be written.
        """
        if self.batch is not None:
            with torch.no_grad():
                terms = self._terms(*self.batch)
            self._check(self._values(terms))
        return self._write()

    def rescue(self) -> Path:
        """Writes the last whole step's weights when others do not answer any more.

        Raises:
            DivergedError: they are no numbers; what was saved before stays.
            OutputError: it cannot be written.
        """
        state = self.painter.state_dict()
        bad = [name for name, value in state.items() if not value.isfinite().all()]
        self._check({"total": math.nan if bad else 0.0})
        return self._write()

    def _terms(self, x: Tensor, rows: Tensor) -> dict[str, Tensor]:
        loss = self.objective if self.step >= self.sketched else self.sketch
        moved = None
        if loss is self.objective and self.recipe.steadiness_weight > 0:
            moved = self.objective.steadiness.draw(x, rows, self.step)
        with torch.autocast(self.device.type, self.dtype, self.dtype != torch.float32):
            if moved is None:
                pastiche = paint_within(self.parallel, x, rows, self.recipe.context)
                return loss(x, pastiche, rows)
            # In one call: a shared fit averages the gradients of each call.
            both = torch.cat([x, moved.pictures])
            styles = torch.cat([rows, rows[moved.places]])
            painted = paint_within(self.parallel, both, styles, self.recipe.context)
            pastiche, again = painted[: len(x)], painted[len(x) :]
            return self.objective.forward(x, pastiche, rows, again=(moved, again))

    def _values(self, terms: dict[str, Tensor]) -> dict[str, float]:
        """The terms as numbers, of the whole batch."""
        numbers = self.ranks.sum(*(term.item() for term in terms.values()))
        world = self.ranks.world
        return {n: v / world for n, v in zip(terms, numbers, strict=True)}

    def _shared(self) -> nn.Module:
        """The painter, or a wrapper that averages its gradients over the processes."""
        if self.ranks.world == 1:
            return self.painter
        devices = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(self.painter, device_ids=devices)

    def _agree_on(self, dtype: torch.dtype) -> torch.dtype:
        """What the first process chose: each has timed on its own."""
        (half,) = self.ranks.sum(self.ranks.first and dtype == torch.bfloat16)
        return torch.bfloat16 if half else torch.float32

    def _write(self) -> Path:
        if not self.ranks.first:
            return self.options.out / FILE
        return Checkpoint(
            recipe=self.recipe,
            step=self.step,
            elapsed=self.elapsed,
            painter=self.painter.state_dict(),
            optimizer=self.optimizer.state_dict(),
            terms=self.terms,
            commit=commit(),
            precision=precision_name(self.dtype),
            balance=self.objective.balance.state_dict(),
        ).save(self.options.out)

    def _check(self, values: dict[str, float]) -> None:
        """Stops at a loss that is no number or far above what it was."""
        total = values["total"]
        bad = [name for name, value in values.items() if not math.isfinite(value)]
        # Right after the sketch there is nothing yet to compare with.
        known = len(self.recent) == AVERAGED and values.keys() == self.terms.keys()
        usual = self.terms["total"] if known else math.inf
        if bad or total > 100 * usual:
            raise DivergedError(
                f"the loss {'is no number' if bad else f'exploded to {total:.3g}'} "
                f"at step {self.step} ({', '.join(bad) or 'total'})",
                hint="Halve 'rate' in the recipe, or fit with --precision float32; "
                f"the last good weights are in {self.options.out / FILE}.",
            )


def _optimizer(painter: Painter, recipe: Recipe) -> torch.optim.Adam:
    """Adam for what is fitted, with a rate of its own for the embeddings."""
    network = [value for value in painter.net.parameters() if value.requires_grad]
    groups = [
        {"params": network, "times": 1.0},
        {"params": [painter.embeddings], "times": recipe.embedding_rate},
    ]
    return torch.optim.Adam(groups, lr=recipe.rate)


def find_checkpoint(options: FitOptions) -> Checkpoint | None:
    """The checkpoint to go on from; None for a fit that begins.

    Raises:
        SettingsError: there is none, and a fit is to be resumed.
        OutputError: there is one, and it is not to be resumed.
    """
    if options.resume:
        return Checkpoint.load(options.out)
    if (options.out / FILE).exists():
        raise OutputError(
            f"{options.out} holds a fit already",
            hint="Go on with --resume, or choose another folder with --out.",
        )
    return None


def _placed(module: Placed, device: torch.device) -> Placed:
    """The module on the device, its convolutions in the layout that bfloat16 likes."""
    return module.to(device).to(memory_format=torch.channels_last)


def _mean(recent: deque[dict[str, float]]) -> dict[str, float]:
    if not recent:
        return {}
    return {name: sum(v[name] for v in recent) / len(recent) for name in recent[0]}
