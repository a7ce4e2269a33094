"""Files that chance has damaged: a clear sentence, never a traceback, hang or crash.

The cards have such a test in test_contract.py.
"""

import random
from pathlib import Path

from livestyle.apart import apart
from livestyle.configfile import text
from livestyle.errors import SettingsError
from livestyle.settings import Settings
from livestyle.settingsfile import load_settings

COUNT = 400  # of damaged files of each kind

ODDITIES = [
    *("true", "0", "-1", "1e999", "nan", "0x" + "f" * 9000, "9" * 5000, "''", '"a"'),
    *('"\\u0000"', '"\\u001b[2J"', '"' + "x" * 5000 + '"', "[1]", "{a = 1}", "=", "#"),
    *("1979-05-27", "07:32:00", "[" * 900, "[[a]]", "\x00", "\ud800", '"""', "\n"),
]


def mutated(lines: list[str], chance: random.Random) -> bytes:
    """Some lines of settings with words and letters exchanged, lost or doubled."""
    kept = [line for line in lines if chance.random() < 0.3]
    for at in range(len(kept)):
        if chance.random() < 0.15:
            key, _, value = kept[at].partition(" = ")
            words = [key, value, chance.choice(ODDITIES)]
            kept[at] = f"{chance.choice([key, *words])} = {chance.choice(words)}"
    data = bytearray("\n".join(kept).encode("utf-8", "surrogatepass"))
    if data and chance.random() < 0.4:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def test_of_two_thousand_damaged_settings_each_is_read_or_refused_in_a_sentence(
    tmp_path: Path,
):
    lines = [line.removeprefix("# ") for line in text().splitlines() if " = " in line]
    file, chance = tmp_path / "my.toml", random.Random(7)
    read = refused = 0
    for _ in range(2000):
        file.write_bytes(mutated(lines, chance))
        try:
            settings = load_settings({}, file)
        except SettingsError as error:
            assert_one_sentence(error, 700 + len(str(tmp_path)))
            refused += 1
        else:
            assert isinstance(settings, Settings)
            assert 0 <= settings.strength <= 1
            assert settings.source.isprintable()
            read += 1
    assert read > 200
    assert refused > 800


def assert_one_sentence(error: SettingsError, longest: int) -> None:
    assert error.hint
    assert str(error).isprintable()
    assert len(str(error)) < longest


def test_of_damaged_painters_each_paints_or_is_refused_in_a_sentence(tmp_path: Path):
    module = "tests.livestyle.fuzz_trial"
    answer = apart(module, str(tmp_path), str(COUNT), seconds=240)
    assert 10 < answer["painted"] < COUNT
    assert len(answer["said"]) > 20
    for sentence in answer["said"]:
        assert sentence.isprintable(), sentence
        assert len(sentence) < 500 + len(str(tmp_path))
        assert "a.onnx" in sentence
