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
