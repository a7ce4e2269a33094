"""Adds styles to a painter file: new embeddings alone, all else stays as it is.

A network that has learnt some paintings can paint others as well: only the embedding,
from which all norms have their scale and shift, has to be found (Dumoulin et al. 2017,
arXiv:1610.07629, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from livestyle.contract import CARD_KEY, MAX_CARD_BYTES, Card
from livestyle.errors import ModelError, SettingsError
from livestyle.naming import beside, put_in_place, write_whole
from training.checkpoint import Checkpoint
from training.config import RECIPES, Painting, Recipe, load_recipe
from training.easel import find_checkpoint
from training.export import SIZES, check_parity, make_styles
from training.fit import Progress, fit
from training.options import FitOptions
from training.ranks import is_first
from training.reopen import Reopened

STEPS = 300  # two minutes on two CPU cores
WARMUP = 20  # steps: one vector needs less of it than a network
FASTER = 10.0  # times the recipe's rate, which is right for all weights of a network
LONGEST = -1.2345678901234567e-10  # a number of an embedding, as long as any in JSON


def recipe_to_add(
    card: Card, paintings: tuple[Painting, ...], spec: str | None = None
) -> Recipe:
    """The recipe by which new paintings are fitted into a painter.

    Args:
        card: of the painter, which tells the network.
        paintings: the new ones.
        spec: name or file of the recipe that layers, weights and crops are taken from;
            None for the one that the card names, or the defaults where it is unknown.

    Raises:
        SettingsError: the recipe cannot be read, or a painting's name is taken.
    """
    known = {path.stem for path in RECIPES.glob("*.toml")}
    # The card is not to be trusted: it might name any file.
    spec = spec or (card.recipe if card.recipe in known else None)
    taken = [style.name for style in card.styles]
    for painting in paintings:
        if painting.name in taken:
            raise SettingsError(
                f"there is a style '{painting.name}' already",
                hint="Give the painting another name with --name.",
            )
        taken.append(painting.name)
    base = load_recipe(spec) if spec else Recipe(card.name, paintings)
    return replace(
        base,
        name=card.name,
        styles=paintings,
        network=card.network,
        dim=card.dim,
        # What stays as it is cannot learn to give photographs back, nor needs a sketch
        # to keep them: it does already.
        identities=0,
        sketch=0,
        steps=STEPS,
        warmup=WARMUP,
        embedding_rate=FASTER,
    )


def require_room(card: Card, paintings: Sequence[Painting]) -> None:
    """Refuses what the card would refuse after the fit.

    Raises:
        ModelError: the card would be too long, or words cannot be shown.
    """
    longest = torch.full((len(paintings), card.dim), LONGEST, dtype=torch.float64)
    metadata = _with_styles(card, paintings, longest, 10**9).to_metadata()
    if len(metadata[CARD_KEY]) > MAX_CARD_BYTES:
        raise ModelError(
            f"the card of {card.name} has no room for {len(paintings)} more styles "
            f"beside its {len(card.styles)}",
            hint="Add fewer, or add them to another painter.",
        )
    try:
        Card.from_metadata(metadata)
    except ModelError as error:
        raise SettingsError(
            f"the words for the new styles cannot stand on a card: {error.message}",
            hint="Mend --title, --artist, --year, --licence or --source.",
        ) from error


def add(
    opened: Reopened,
    recipe: Recipe,
    options: FitOptions,
    output: Path,
    report: Callable[[Progress], None] = lambda _: None,
    sizes: Iterable[tuple[int, int]] = SIZES,
) -> Path:
    """Fits new paintings into a painter and writes it with them, as another file.

    Args:
        opened: the painter; its embeddings are exchanged for those that are fitted.
        recipe: of `recipe_to_add`.
        options: as for `fit`; the run in `out` can be resumed.
        output: the new file; nothing may have that name.
        report: called after every step.
        sizes: (height, width) to try the new file at, see `check_parity`.

    Returns:
        The new file; `output`.

    Raises:
        SettingsError, DivergedError, KeyboardInterrupt: as `fit`; also if the run was
            begun on another painter.
        ParityError: the new file paints otherwise than torch; none is left.
        OutputError: it cannot be written. The fit is in the checkpoint: resume it.
    """
    known = opened.painter.embeddings.detach().clone()
    if begun := find_checkpoint(options):
        _require_same(opened, begun, options.out)
        vectors = begun.painter["embeddings"][1:]
    else:
        # Measured to be as good as the nearest style or better, and needs no search.
        vectors = known[1:].mean(0).expand(len(recipe.styles), -1)
    painter = opened.painter
    painter.net.requires_grad_(False)
    # Nothing paints by row 0, the identity: it gets no gradient and stays.
    painter.embeddings = nn.Parameter(torch.cat([known[:1], vectors]))
    checkpoint = Checkpoint.load(fit(recipe, options, report, painter))
    if is_first():
        _write(opened, known, checkpoint, output, sizes)
    return output


def _require_same(opened: Reopened, begun: Checkpoint, run: Path) -> None:
    """Refuses to go on with a fit of another painter: its embeddings mean nothing."""
    weights = opened.painter.state_dict()
    theirs = dict(begun.painter)
    weights["embeddings"] = weights["embeddings"][:1]
    theirs["embeddings"] = theirs["embeddings"][:1]
    if weights.keys() != theirs.keys() or not all(
        torch.equal(weights[name], theirs[name]) for name in weights
    ):
        raise SettingsError(
            f"the fit in {run} was begun on another painter than {opened.path}",
            hint="Give that one with --into, or another folder with --out.",
        )


def _write(
    opened: Reopened,
    known: Tensor,
    checkpoint: Checkpoint,
    output: Path,
    sizes: Iterable[tuple[int, int]],
) -> None:
    """The painter's file with a longer card; it gets its name when it was tried."""
    vectors = checkpoint.painter["embeddings"][1:]
    paintings = checkpoint.recipe.styles
    card = _with_styles(opened.card, paintings, vectors, checkpoint.step)
    model = onnx.ModelProto()
    model.CopyFrom(opened.model)
    for entry in model.metadata_props:
        if entry.key == CARD_KEY:
            entry.value = card.to_metadata()[CARD_KEY]
    painter = checkpoint.build()
    painter.embeddings = nn.Parameter(torch.cat([known, vectors]))
    unfinished = beside(output)
    try:
        write_whole(unfinished, model.SerializeToString())
        check_parity(painter, unfinished, sizes)
        put_in_place(unfinished, output)
    finally:
        unfinished.unlink(missing_ok=True)


def _with_styles(
    card: Card, paintings: Sequence[Painting], vectors: Tensor, steps: int
) -> Card:
    """The card with more styles, which says how they were made."""
    names = ", ".join(painting.name for painting in paintings)
    return replace(
        card,
        styles=(*card.styles, *make_styles(paintings, vectors)),
        trained_on=f"{card.trained_on}; {names}: {steps} steps of the embedding alone",
    )
