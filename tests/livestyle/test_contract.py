import json
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livestyle.contract import CARD_KEY, MAX_CARD_BYTES, MAX_DIM, MAX_STYLES, Card
from livestyle.errors import ModelError
from tests.livestyle.tiny_painter import NINE, card, style


def read(data: Any) -> Card:
    return Card.from_metadata({CARD_KEY: json.dumps(data)})


def decoded(about: Card) -> dict[str, Any]:
    data = json.loads(about.to_metadata()[CARD_KEY])
    assert isinstance(data, dict)
    return data


def test_a_card_comes_back_as_it_was_written():
    written = replace(
        card(list(NINE)),
        losses={"style": 0.25, "content": 1.5},
        trained_on="photographs of Kanagawa-oki nami ura, 神奈川沖浪裏",
        author="someone",
        licence="MIT",
        recipe="tiny",
    )
    assert Card.from_metadata(written.to_metadata()) == written
    assert written.dim == 2


def test_a_style_gives_its_embedding_as_the_network_takes_it():
    vector = style("wave", (0.1, 2.0)).vector()
    assert vector.dtype == np.float32
    assert vector.tolist() == pytest.approx([0.1, 2.0])


def test_fields_that_a_later_version_adds_are_no_harm():
    data = decoded(card())
    data |= {"mood": "calm", "dim": 9, "palette": [1, {"a": None}]}
    data["styles"][0] |= {"weather": "stormy", "vector": [1]}
    assert read(data) == card()


def test_fields_that_say_nothing_of_use_may_be_left_out():
    data = decoded(card())
    for name in ("recipe", "losses", "trained_on", "author", "licence"):
        del data[name]
    assert read(data) == card()


def test_a_file_without_a_card_is_of_another_contract():
    with pytest.raises(ModelError, match=r"no livestyle card.*training export"):
        Card.from_metadata({"author": "pytorch"})


@pytest.mark.parametrize("version", [0, 2, "1", None, [1], {"a": 1}, 1e999, "\x1b[2J"])
def test_another_version_says_which_one_is_read(version: Any):
    with pytest.raises(ModelError, match=r"this livestyle reads version 1\. Update"):
        read(decoded(card()) | {"version": version})


@pytest.mark.parametrize(
    "name",
    [
        *("", "Great Wave", "great_wave", "-wave", "wave-", "a--b", "../up", "a/b"),
        *("wave\n", "größe", "all the", "x" * 65),
    ],
)
def test_a_style_name_is_what_a_person_can_type(name: str):
    with pytest.raises(ModelError, match="holds the style name"):
        replace(card(), styles=(style(name),))


def change(path: str, value: Any) -> dict[str, Any]:
    """A card with one value changed; a path is "styles/0/embedding"."""
    data: Any = decoded(card())
    *way, last = path.split("/")
    place = data
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is ...:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return data


DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", ...),
        ("name", 7),
        ("name", None),
        ("name", "tiny\x1b[2J"),
        ("name", "half a character \ud800"),
        ("network", ...),
        ("author", ["me"]),
        ("losses", None),
        ("losses", [1]),
        ("losses", {"style": "low"}),
        ("losses", {"style": None}),
        ("identity", ...),
        ("identity", []),
        ("identity", [0.0]),
        ("identity", [0.0] * (MAX_DIM + 1)),
        ("identity", "00"),
        ("identity", {"0": 1}),
        ("identity", [float("nan"), 0.0]),
        ("identity", [float("inf"), 0.0]),
        ("identity", [1e39, 0.0]),
        ("identity", [10**400, 0.0]),
        ("identity", ["0", "0"]),
        ("identity", [True, False]),
        ("identity", DEEP),
        ("styles", ...),
        ("styles", []),
        ("styles", {}),
        ("styles", "negative"),
        ("styles", [None]),
        ("styles", ["name"]),
        ("styles", [[]]),
        ("styles", 3),
        ("styles/0", None),
        ("styles/0/name", ...),
        ("styles/0/name", "tinted"),
        ("styles/0/title", ...),
        ("styles/0/title", "two\nlines"),
        ("styles/0/year", 1888),
        ("styles/0/embedding", ...),
        ("styles/0/embedding", None),
        ("styles/0/embedding", [1.0]),
        ("styles/0/embedding", [1.0, None]),
        ("styles/0/embedding", [1.0, [2.0]]),
    ],
)
def test_a_broken_card_is_one_sentence_with_advice(path: str, value: Any):
    with pytest.raises(ModelError) as caught:
        read(change(path, value))
    assert_one_sentence(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "{}", "null", "[]", '"card"', "1", "NaN", "9" * 5000),
        *("[" * 100_000, '{"version":' + "[" * 900 + "]" * 900 + "}"),
        "x" * (MAX_CARD_BYTES + 1),
    ],
    ids=lambda text: text[:12],
)
def test_a_card_that_is_no_card_is_one_sentence_with_advice(text: str):
    with pytest.raises(ModelError) as caught:
        Card.from_metadata({CARD_KEY: text})
    assert_one_sentence(caught.value)


def assert_one_sentence(error: ModelError) -> None:
    assert error.hint
    assert len(str(error)) < 400
    assert str(error).isprintable()


ODDITIES: list[Any] = [
    *(None, True, 0, -1, 1, 10**400, 1e300, float("nan"), float("inf"), "", "a", "\0"),
    *("\ud800", "x" * 10_000, [], {}, [[]], [None], {"name": 1}, [0.0, 1.0], DEEP),
]


def mutated(data: Any, chance: random.Random) -> Any:
    """The same tree with some twigs exchanged, lost or doubled."""
    if chance.random() < 0.04:
        return chance.choice(ODDITIES)
    if isinstance(data, dict):
        kept = {k: v for k, v in data.items() if chance.random() > 0.02}
        return {key: mutated(value, chance) for key, value in kept.items()}
    if isinstance(data, list):
        longer = data + data[:1] if chance.random() < 0.04 else data
        return [mutated(value, chance) for value in longer]
    return data


def test_nothing_but_a_model_error_comes_of_three_thousand_mutations():
    chance = random.Random(20)
    original = decoded(card(list(NINE)[:3]))
    good = bad = 0
    for _ in range(3000):
        text = json.dumps(mutated(original, chance))
        if chance.random() < 0.2:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice('"{}[],:0e-\\u\x00') + text[at + 1 :]
        try:
            read_back = Card.from_metadata({CARD_KEY: text})
        except ModelError as error:
            assert_one_sentence(error)
            bad += 1
        else:
            assert Card.from_metadata(read_back.to_metadata()).styles
            assert np.isfinite([s.vector() for s in read_back.styles]).all()
            good += 1
    assert good > 100
    assert bad > 1000


def test_a_card_has_no_more_styles_than_a_thousand():
    many = tuple(style(f"style-{number}") for number in range(MAX_STYLES))
    assert len(replace(card(), styles=many).styles) == 1000
    with pytest.raises(ModelError, match="names 1001 styles, more than 1000"):
        replace(card(), styles=(*many, style("one-more")))


def test_a_card_is_kept_in_a_file_as_plain_text():
    about = replace(card(), author="Ægir")
    assert "Ægir" in about.to_metadata()[CARD_KEY]
