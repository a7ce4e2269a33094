import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
import torch
from training.allocator import keep_memory
if sys.argv[1] == "keep":
    assert keep_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for step in range(40):
    if step == 30:
        before = faults()
    torch.ones(12_000_000)
print(faults() - before)
"""


def faults(how: str) -> int:
    """Pages that ten tensors of 48 MB ask the system for, after thirty."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's alone")
def test_large_tensors_take_no_new_pages_in_every_step():
    kept = faults("keep")
    assert kept < 10
    # As few as this where pages are huge.
    assert faults("let go") > kept + 10 * 48 // 2 // 2
