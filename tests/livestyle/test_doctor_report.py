"""The report, and that no check can spoil it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from livestyle.doctor.examine import checks, examine
from livestyle.doctor.finding import Finding
from livestyle.doctor.report import as_json, lines, shortened, summary, worst
from livestyle.errors import OutputError

FINE = Finding("python", "ok", "3.11 on Linux")
LACKING = Finding("camera", "warning", "no camera was found", "Plug one in.")
WRONG = Finding("package av", "error", "it is not installed", "pip install av")


def one() -> list[Finding]:
    return [FINE]


def half() -> Iterator[Finding]:
    yield LACKING
    raise RuntimeError("driver\n  is gone")


def refused() -> list[Finding]:
    raise OutputError("the disk is full", hint="Free some space.")


def not_there() -> list[Finding]:
    import no_such_module  # type: ignore[import-not-found]

    return [no_such_module]


def test_a_check_that_breaks_becomes_a_line_and_hides_no_other():
    found = list(
        examine({"half": half, "refused": refused, "gone": not_there, "one": one})
    )
    assert found[0] == LACKING  # what it had found before
    assert (found[1].check, found[1].status) == ("half", "error")
    assert "itself failed: RuntimeError: driver is gone" in found[1].text
    assert "report it" in found[1].fix
    assert found[2] == Finding(
        "refused", "error", "the disk is full", "Free some space."
    )
    assert "ModuleNotFoundError: No module named 'no_such_module'" in found[3].text
    assert found[4:] == [FINE]


@pytest.mark.parametrize("check", ["package av", "onnxruntime"])
def test_what_breaks_for_want_of_a_package_is_not_called_a_fault_of_livestyle(
    check: str,
):
    wrong = Finding(check, "error", "it is not installed", "pip install av")
    first, failed = examine({"packages": lambda: [wrong], "codecs": not_there})
    assert first == wrong
    assert "No module named" in failed.text
    assert "Mend what is wrong above" in failed.fix


def test_who_stops_the_doctor_stops_it():
    def stopped() -> list[Finding]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(examine({"stopped": stopped, "one": one}))


def test_all_subjects_are_checked():
    assert list(checks()) == [
        *("python", "packages", "onnxruntime", "models", "providers", "nvidia"),
        *("display", "codecs", "cameras", "microphones", "virtual camera"),
        *("recordings", "cache"),
    ]


def test_a_line_says_status_check_and_what_was_seen_and_below_it_the_fix():
    assert lines(FINE) == ["ok        python              3.11 on Linux."]
    assert lines(WRONG) == [
        "error     package av          it is not installed.",
        "          fix: pip install av",
    ]


def test_a_long_text_is_wrapped_and_a_fix_stays_whole_to_be_copied():
    told = lines(Finding("a", "error", "word " * 40, "command " * 40))
    assert all(len(line) <= 100 for line in told[:-1])
    assert len(told) > 3
    assert told[-1].count("command") == 40


@pytest.mark.parametrize(
    ("found", "status", "last"),
    [
        ([FINE, FINE], "ok", "All that is needed works."),
        ([FINE, LACKING], "warning", "All that is needed works. 1 warning."),
        ([LACKING, WRONG, FINE, WRONG], "error", "2 errors, 1 warning."),
    ],
)
def test_the_gravest_finding_decides(found: list[Finding], status: str, last: str):
    assert worst(found) == status
    assert summary(found) == last


def test_the_report_for_programs_keeps_its_form():
    report = json.loads(json.dumps(as_json([LACKING])))
    assert list(report) == [
        *("format", "livestyle", "system", "python", "status", "findings")
    ]
    assert report["format"] == 1
    assert report["findings"] == [
        {
            "check": "camera",
            "status": "warning",
            "text": "no camera was found",
            "fix": "Plug one in.",
            "figures": {},
        }
    ]


def test_the_home_folder_is_shortened_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch,
):
    home = Path.home().anchor + "home/ada"
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    figures = {"a": [f"{home}/x", {"b": (f"in {home}.",)}], "n": 1}
    finding = Finding(
        "disk", "ok", f"'{home}/takes' is fine", f"{home}/bin/pip", figures
    )
    report = as_json([finding])
    assert "ada" not in json.dumps(report)
    assert report["findings"][0]["figures"] == {"a": ["~/x", {"b": ["in ~."]}], "n": 1}
    assert "~/takes" in lines(finding)[0]
    assert shortened(f"{home}-old/x") == f"{home}-old/x"  # somebody else's


def test_a_home_that_is_the_root_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/")
    assert shortened("/usr/bin") == "/usr/bin"
