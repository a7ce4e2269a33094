import pytest
import torch

from livestyle.errors import SettingsError
from training.device import choose_device, choose_precision


def test_automatic_takes_a_gpu_where_there_is_one():
    wanted = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == wanted
    assert choose_device("cpu").type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_leads_to_the_cpu():
    with pytest.raises(SettingsError, match="Use --device cpu"):
        choose_device("cuda")


def test_an_unknown_device_or_precision_lists_what_there_is():
    with pytest.raises(SettingsError, match="Use auto, cpu or cuda"):
        choose_device("abacus")
    with pytest.raises(SettingsError, match="Use auto, float32 or bfloat16"):
        choose_precision("float8", torch.device("cpu"))


def test_precision_goes_by_name_or_by_the_clock():
    cpu = torch.device("cpu")
    assert choose_precision("float32", cpu) == torch.float32
    assert choose_precision("bfloat16", cpu) == torch.bfloat16
    assert choose_precision("auto", cpu) in (torch.float32, torch.bfloat16)
