from contextlib import suppress
from threading import Thread, Timer
from time import monotonic

import pytest

from livestyle.slot import LatestSlot, SlotClosed


def test_slot_gives_the_newest_item() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.put(2)
    assert slot.take(0) == 2


def test_slot_never_gives_an_item_twice() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    assert slot.take(0) == 1
    assert slot.take(0.01) is None


def test_put_tells_whether_an_item_was_dropped() -> None:
    slot: LatestSlot[int] = LatestSlot()
    assert not slot.put(1)
    assert slot.put(2)
    slot.take(0)
    assert not slot.put(3)


def test_falsy_items_are_items() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(0)
    assert slot.take(0) == 0


def test_take_wakes_up_as_soon_as_something_is_put() -> None:
    slot: LatestSlot[str] = LatestSlot()
    putter = Timer(0.1, slot.put, ("news",))
    began = monotonic()
    putter.start()
    assert slot.take(60) == "news"
    assert monotonic() - began < 30
    putter.join()


def test_the_last_item_can_be_taken_after_close() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    assert slot.take(0) == 1
    with pytest.raises(SlotClosed):
        slot.take(0)


def test_close_wakes_a_waiting_reader_with_its_error() -> None:
    slot: LatestSlot[int] = LatestSlot()
    closer = Timer(0.1, slot.close, (ValueError("unplugged"),))
    began = monotonic()
    closer.start()
    with pytest.raises(ValueError, match="unplugged"):
        slot.take(60)
    assert monotonic() - began < 30
    closer.join()


def test_the_first_close_decides() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.close(ValueError("first"))
    slot.close()
    with pytest.raises(ValueError, match="first"):
        slot.take(0)


def test_a_closed_slot_takes_nothing_more() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.close()
    assert not slot.put(1)
    with pytest.raises(SlotClosed):
        slot.take(0)


def test_a_fast_writer_and_a_slow_reader_agree_on_what_was_dropped() -> None:
    slot: LatestSlot[int] = LatestSlot()
    dropped: list[int] = []

    def write() -> None:
        dropped.append(sum(slot.put(number) for number in range(20_000)))
        slot.close()

    writer = Thread(target=write)
    writer.start()
    taken: list[int | None] = []
    with suppress(SlotClosed):
        while True:
            taken.append(slot.take(5))
    writer.join()
    assert None not in taken
    assert taken == sorted(set(taken), key=lambda item: item or 0)
    assert taken[-1] == 19_999
    assert len(taken) + dropped[0] == 20_000
