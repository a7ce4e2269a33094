"""A person puts a painter into the folder while the real program runs."""

from pathlib import Path

from tests.livestyle.program import running, wait_until
from tests.livestyle.screen import Screen
from tests.livestyle.sitting import OPTIONS, Sitting, styled
from tests.livestyle.zoo_painter import negative_but_red, write_zoo


def test_a_painter_that_is_dropped_into_the_folder_paints_and_may_be_removed_again(
    screen: Screen, model: Path, tmp_path: Path
):
    folder = tmp_path / "styles"
    folder.mkdir()
    words = (*OPTIONS.split(), model, "--styles-folder", folder)
    with running(*words, cwd=tmp_path, screen=screen.environ) as process:
        sitting = Sitting(screen, process, tmp_path)
        sitting.settle()
        (folder / "broken.onnx").write_bytes(b"hello")
        path = write_zoo(folder / "mosaic-9.onnx")

        def mosaic() -> bool:
            # Until it is listed the key does nothing.
            sitting.press("3")
            seen = sitting.picture()
            return sitting.tick_of(seen, negative_but_red) is not None

        wait_until(mosaic, "the third style is not mosaic", 60)
        path.unlink()
        sitting.wait_for(negative_but_red, "it stands still", ticks=40)
        sitting.press("n")
        sitting.wait_for(styled("negative"), "no way back")
        screen.key("q")
        assert process.wait(20) == 0
        assert process.stderr is not None
        told = process.stderr.read().splitlines()
    assert [line for line in told if "broken.onnx is left out" in line]
    assert len(told) == 2, told  # and what paints
