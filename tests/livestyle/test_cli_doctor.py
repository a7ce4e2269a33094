"""`livestyle doctor` on this very machine."""

import json
import os
import subprocess
from pathlib import Path

from tests.livestyle import program
from tests.livestyle.screen import Screen


def doctor(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program in a person's home folder that has another name than ours."""
    folder = home / "ada"
    folder.mkdir()
    return subprocess.run(
        program.command("doctor", *words),
        cwd=folder,
        env=program.environ(
            {**environ, "HOME": str(folder), "USERPROFILE": str(folder)}
        ),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_this_machine_without_a_screen_is_examined_for_programs(home: Path):
    done = doctor(home, "--json", "--folder", str(home / "ada" / "takes"))
    report = json.loads(done.stdout)
    assert done.returncode == (report["status"] == "error")
    found = {finding["check"]: finding for finding in report["findings"]}
    for check in ("python", "packages", "onnxruntime", "model small"):
        assert found[check]["status"] == "ok"
    assert found["provider cpu"]["figures"]["ran_on"] == "cpu"
    assert found["codec libx264"]["status"] == "ok"
    assert found["recordings"]["text"].startswith("'~/takes' can be written")
    if os.name == "posix":
        assert found["display"]["status"] == "warning"
    assert all(bool(f["fix"]) == (f["status"] != "ok") for f in report["findings"])
    assert "failed" not in done.stdout
    assert str(home) not in done.stdout
    # ONNX Runtime notes something there of its own accord.
    assert {path.name for path in (home / "ada").iterdir()} <= {".cache"}


def test_on_a_screen_a_window_opens_and_what_is_wrong_ends_in_status_1(
    home: Path, screen: Screen
):
    (home / "taken").write_text("")
    done = doctor(home, "--folder", str(home / "taken"), DISPLAY=screen.name)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(
        line.startswith("ok        display ") and "a window of" in line
        for line in lines
    )
    wrong = next(n for n, line in enumerate(lines) if line.startswith("error "))
    assert lines[wrong].startswith("error     recordings")
    fix = next(line for line in lines[wrong:] if "fix: " in line)
    assert "Choose a folder" in fix
    assert lines[-1].startswith("1 error, ")
