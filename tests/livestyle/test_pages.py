import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_generated_parts_of_the_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "docs/make_pages.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"run docs/make_pages.py: {done.stdout}{done.stderr}"


def test_the_readme_shows_only_pictures_that_exist() -> None:
    for page in (ROOT / "README.md", ROOT / "models" / "README.md"):
        for line in page.read_text("utf-8").splitlines():
            if line.startswith("!["):
                shown = line.partition("](")[2].rstrip(")")
                assert (page.parent / shown).is_file(), f"{page.name}: {shown}"


def test_every_fault_on_the_page_of_reliability_has_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    faults = [row for row in rows if not row.startswith("| fault ")]
    assert len(faults) >= 25
    for row in faults:
        found = re.search(r"`(test_\w+\.py)::(test_\w+)` \|$", row)
        assert found, f"no test in: {row}"
        file = ROOT / "tests" / "livestyle" / found[1]
        assert file.is_file(), f"{found[1]} does not exist"
        defined = re.search(
            rf"^def {found[2]}\(", file.read_text("utf-8"), re.MULTILINE
        )
        assert defined, f"{found[1]} has no {found[2]}"
