import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle import contract
from livestyle.contract import CARD_KEY
from livestyle.errors import ModelError, SettingsError
from livestyle.model import Painter as Runtime
from tests.training.studio import tiny_recipe, write_recipe
from training import add as adding
from training.add import recipe_to_add, require_room
from training.config import Painting, Recipe, load_recipe


def test_the_recipe_is_the_painters_own_or_the_one_that_is_asked_for(
    painter_file: Path, paintings: tuple[Painting, ...], tmp_path: Path
):
    card = Runtime(painter_file, provider="cpu").card
    plain = recipe_to_add(card, paintings)
    defaults = Recipe("x", paintings)
    assert plain.styles == paintings
    assert (plain.dim, plain.network, plain.identities) == (8, "swift", 0)
    assert plain.style_weight == defaults.style_weight
    assert plain.embedding_rate == adding.FASTER

    first = load_recipe("first-light")
    known = recipe_to_add(replace(card, recipe="first-light"), paintings)
    assert known.data == first.data
    assert (known.styles, known.dim) == (paintings, 8)

    own = write_recipe(tmp_path / "own.toml", tiny_recipe(style_weight=7.5))
    assert recipe_to_add(card, paintings, str(own)).style_weight == 7.5
    # What a card says is not to be trusted: it names no file of this machine.
    told = replace(card, recipe=str(own.with_suffix("")))
    assert recipe_to_add(told, paintings).style_weight == defaults.style_weight


def test_a_name_that_the_painter_has_already_is_refused(
    painter_file: Path, paintings: tuple[Painting, ...]
):
    card = Runtime(painter_file, provider="cpu").card
    taken = replace(paintings[0], name="stripes-1")
    with pytest.raises(SettingsError, match=r"'stripes-1' already. .* --name"):
        recipe_to_add(card, (taken,))
    with pytest.raises(SettingsError, match=r"'own-0' already. .* --name"):
        recipe_to_add(card, (paintings[0], paintings[0]))


def test_a_card_without_room_is_refused_before_the_fit(
    painter_file: Path,
    paintings: tuple[Painting, ...],
    monkeypatch: pytest.MonkeyPatch,
):
    card = Runtime(painter_file, provider="cpu").card
    length = len(card.to_metadata()[CARD_KEY])
    require_room(card, paintings)
    for module in (contract, adding):
        monkeypatch.setattr(module, "MAX_CARD_BYTES", length + 100)
    with pytest.raises(ModelError, match=r"no room for 2 more styles beside its 2"):
        require_room(card, paintings)


def test_words_that_would_steer_a_terminal_are_refused_before_the_fit(
    painter_file: Path, paintings: tuple[Painting, ...]
):
    card = Runtime(painter_file, provider="cpu").card
    for title in ("\x1b[2J", "\udcff"):
        with pytest.raises(SettingsError, match=r"cannot be shown.*Mend --title"):
            require_room(card, [replace(paintings[0], title=title)])


def test_a_card_never_grows_beyond_what_room_was_seen_for(
    painter_file: Path, paintings: tuple[Painting, ...]
):
    longest = len(json.dumps(adding.LONGEST))
    rng = np.random.default_rng(0)
    numbers = (rng.normal(size=2000) * 10.0 ** rng.integers(-12, 3, 2000)).astype("f4")
    assert max(len(json.dumps(float(n))) for n in numbers) <= longest
