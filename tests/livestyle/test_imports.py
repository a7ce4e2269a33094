import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# Imports every module that there is, and says what else came along with them.
PROGRAM = """
import pkgutil, sys, livestyle
names = [m.name for m in pkgutil.walk_packages(livestyle.__path__, "livestyle.")]
for name in names:
    if name != "livestyle.__main__":
        __import__(name)
foreign = {"torch", "torchvision", "onnx", "training", "tensorboard", "safetensors"}
print(len(names), sorted(foreign & set(sys.modules)))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_no_module_of_the_runtime_imports_what_training_needs():
    count, foreign = run(PROGRAM).split(" ", 1)
    assert int(count) > 30
    assert foreign == "[]"


def test_the_command_line_answers_without_loading_the_heavy_parts():
    program = """
import sys
from livestyle.cli import main
try:
    main(["--version"])
except SystemExit:
    print(sorted({"cv2", "onnxruntime", "av", "PIL"} & set(sys.modules)))
"""
    assert run(program).splitlines()[1:] == ["[]"]
