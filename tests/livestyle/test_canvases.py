from threading import Event, Thread

import numpy as np

from livestyle.canvases import SIZES, SPARE, Canvases

SHAPE = (48, 64, 3)


def test_a_picture_that_nobody_has_any_more_lends_its_memory_to_the_next():
    canvases = Canvases()
    first = canvases.take(SHAPE)
    place = first.ctypes.data
    assert (first.shape, first.dtype) == (SHAPE, np.uint8)
    del first
    assert canvases.take(SHAPE).ctypes.data == place


def test_a_picture_that_is_held_is_never_painted_over():
    canvases = Canvases()
    held = [canvases.take(SHAPE) for _ in range(9)]
    for number, picture in enumerate(held):
        picture[:] = number
    for _ in range(5):
        canvases.take(SHAPE)[:] = 255
    assert [picture.max() for picture in held] == list(range(9))


def test_whoever_holds_a_part_of_a_picture_holds_all_of_it():
    canvases = Canvases()
    corner = canvases.take(SHAPE)[:8][:, ::2].reshape(-1)
    corner[:] = 7
    canvases.take(SHAPE)[:] = 255
    assert (corner == 7).all()


def test_a_picture_that_another_thread_reads_is_left_alone():
    canvases, taken, done = Canvases(), Event(), Event()
    seen: list[int] = []
    waiting = [canvases.take(SHAPE)]
    waiting[0][:] = 3

    def read() -> None:
        picture = waiting.pop()
        taken.set()
        done.wait(5)
        seen.append(int(picture.min()))

    thread = Thread(target=read)
    thread.start()
    assert taken.wait(5)
    canvases.take(SHAPE)[:] = 255
    done.set()
    thread.join()
    assert seen == [3]
    assert int(canvases.take(SHAPE).min()) == 3  # now it may be used again


def test_of_what_was_lent_in_a_rush_only_some_is_kept():
    canvases = Canvases()
    rush = [canvases.take(SHAPE) for _ in range(20)]
    places = {picture.ctypes.data for picture in rush}
    del rush
    canvases.take(SHAPE)
    again = [canvases.take(SHAPE) for _ in range(20)]
    assert len(places & {picture.ctypes.data for picture in again}) >= SPARE
    assert len(canvases._arrays[SHAPE]) == 20
    del again
    canvases.take(SHAPE)
    assert len(canvases._arrays[SHAPE]) == SPARE


def test_sizes_that_are_not_asked_for_any_more_are_forgotten():
    canvases = Canvases()
    for side in range(40, 60):
        canvases.take((side, side, 3))
        canvases.take(SHAPE)
    assert len(canvases._arrays) == SIZES
    assert SHAPE in canvases._arrays
