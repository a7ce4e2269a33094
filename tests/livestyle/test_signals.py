import os
import signal
import threading

import pytest

from livestyle.signals import polite


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_the_first_signal_asks_and_the_work_goes_on(number: int):
    before = signal.getsignal(number)
    done: list[str] = []
    with polite(lambda: done.append("asked")):
        os.kill(os.getpid(), number)
        done.append("finished")
    assert done == ["asked", "finished"]
    assert signal.getsignal(number) is before


def test_the_second_ctrl_c_does_not_wait():
    done: list[str] = []

    def work() -> None:
        with polite(lambda: done.append("asked")):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("it waited")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["asked"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_gives_the_signals_back(number: int):
    before = signal.getsignal(number)
    with pytest.raises(ValueError, match="broken"), polite(lambda: None):
        raise ValueError("broken")
    assert signal.getsignal(number) is before


def test_in_other_threads_signals_are_left_alone():
    done: list[str] = []

    def work() -> None:
        with polite(lambda: None):
            done.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["worked"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
