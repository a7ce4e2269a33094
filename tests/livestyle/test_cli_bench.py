"""`livestyle bench` as a person runs it."""

import json
import re
from pathlib import Path

import pytest

from livestyle.bench import pipeline
from livestyle.bench.page import markdown
from livestyle.cli import main
from livestyle.providers import built_in, has_nvidia_driver
from tests.livestyle.refusal import Captured

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def words(model: Path) -> list[str]:
    return ["bench", "--seconds", "0.3", "--threads", "1", "--model", str(model)]


def test_all_is_measured_and_printed_for_programs(
    words: list[str], home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline, "WARM", 0)  # a busy machine shows few frames
    assert main([*words, "--size", "64x48", "64x48", "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert "livestyle: opening tiny on cpu at 64x48" in err
    assert (result["threads"], result["seconds"]) == (1, 0.3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", result["date"])
    assert result["machine"]["cores"] >= 1
    assert {"livestyle", "python", "numpy", "av"} <= set(result["versions"])
    (cpu,) = [one for one in result["painting"] if one["provider"] == "cpu"]
    assert (cpu["model"], cpu["size"], cpu["equal"]) == ("tiny", "64x48", True)
    assert cpu["ms"]["p50"] <= cpu["ms"]["p95"] <= cpu["ms"]["p99"]
    assert list(home.iterdir()) == []
    if "cuda" in built_in() and not has_nvidia_driver():
        assert "no NVIDIA driver is loaded" in " ".join(result["not_run"])
    plain, recorded = result["pipeline"]
    assert (plain["recording"], recorded["recording"]) == (False, True)
    assert set(plain["stages_ms"]) == {"capture", "paint", "record"}
    assert set(recorded["stages_ms"]) == {"capture", "paint", "record", "encode"}
    assert (plain["camera_fps"], plain["window"]) == (30, False)
    assert 0 <= plain["fps"] < 40
    assert plain["frames"] > 0


@pytest.mark.skipif(has_nvidia_driver(), reason="there is an NVIDIA GPU here")
def test_a_provider_that_cannot_run_ends_in_one_sentence(
    words: list[str], capsys: Captured
):
    assert main([*words, "--size", "64x48", "--provider", "cuda"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    last = err.splitlines()[-1]
    assert last.startswith("livestyle: provider cuda cannot be used (cuda: ")
    assert "--provider c" in last


@pytest.mark.parametrize(
    "wrong", [["--size", "640"], ["--seconds", "0"], ["--threads", "-1"]]
)
def test_a_wrong_wish_is_told_with_the_usage(wrong: list[str], capsys: Captured):
    with pytest.raises(SystemExit) as left:
        main(["bench", *wrong])
    assert left.value.code == 2
    assert "usage: livestyle bench" in capsys.readouterr().err


PAINTED = {
    "model": "first|light",
    "provider": "cpu",
    "size": "640x480",
    "ms": {"p50": 16.21, "p95": 26.4, "p99": 51.2},
    "fps": 54.9,
    "runs": 224,
    "memory_mb": 60.3,
    "equal": True,
    "psnr_db": None,
}
RAN = {
    "model": "first-light",
    "provider": "cpu",
    "size": "640x480",
    "recording": False,
    "window": False,
    "fps": 29.9,
    "camera_fps": 30.0,
    "latency_ms": {"p50": 20.4, "p95": 24.0},
    "stages_ms": {
        "capture": {"p50": 2.4, "p95": 3.0},
        "paint": {"p50": 17.7, "p95": 20},
    },
}
RESULT = {
    "date": "2026-01-31",
    "machine": {
        "cpu": "AMD EPYC (avx2)",
        "cores": 2,
        "memory_gb": 25.3,
        "gpus": [],
        "system": "Linux 6.8 x86_64",
        "load": 0.4,
    },
    "versions": {"livestyle": "0.1.0", "numpy": "2.4"},
    "threads": 0,
    "seconds": 4.0,
    "memory": "the peak resident set",
    "painting": [
        PAINTED,
        {
            **PAINTED,
            "provider": "cuda",
            "memory_mb": None,
            "equal": False,
            "psnr_db": 58.7,
        },
    ],
    "pipeline": [
        RAN,
        {
            **RAN,
            "recording": True,
            "latency_ms": {"p50": None, "p95": None},
            "stages_ms": {**RAN["stages_ms"], "encode": {"p50": 10.4, "p95": 12.0}},
        },
    ],
    "not_run": ["provider coreml cannot be used"],
}


def test_the_page_is_markdown_with_machine_versions_and_date():
    page = markdown(RESULT)
    assert "2026-01-31, AMD EPYC (avx2), 2 cores, 25 GB, Linux 6.8 x86_64" in page
    assert "livestyle 0.1.0, numpy 2.4" in page
    assert "chosen by ONNX Runtime; 4 s for each row; load when it began 0.4" in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert rows[2].startswith(
        "| first\\|light | cpu | 640x480 | 16.2 | 26.4 | 51.2 | 54.9"
    )
    assert rows[2].endswith("| 224 | 60 | equal |")
    assert rows[3].endswith("| unknown | 58.7 dB |")
    assert rows[4].endswith("| latency | capture | paint | encode |")
    assert rows[6].endswith("| no | 29.9 of 30 | 20 / 24 | 2.4 | 17.7 |  |")
    assert rows[7].endswith("| yes | 29.9 of 30 | none | 2.4 | 17.7 | 10.4 |")
    assert "- There is no display" in page
    assert "- Not run: provider coreml cannot be used." in page


def test_each_table_of_the_page_has_rows_of_one_width():
    page = markdown({**RESULT, "painting": [{**PAINTED, "model": "plain"}]})
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
