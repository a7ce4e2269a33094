"""Counts the arrays that NumPy makes anew, by looking on where it takes its memory.

OpenCV and ONNX Runtime put what they give back into arrays of NumPy, so those are seen
as well; what they allocate inside is not. NumPy's C interface lets a program bring its
own allocator (NEP 49); this one asks the C library and counts.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char,
    c_char_p,
    c_size_t,
    c_uint8,
    c_void_p,
    py_object,
)

import numpy as np

_SET_HANDLER = 304  # the place of PyDataMem_SetHandler in NumPy's table of functions

_MALLOC = CFUNCTYPE(c_void_p, c_void_p, c_size_t)
_CALLOC = CFUNCTYPE(c_void_p, c_void_p, c_size_t, c_size_t)
_REALLOC = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)
_FREE = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)

# Whoever made an array frees it, however late that is: handlers are never given up.
_forever: list[object] = []

_C = ctypes.CDLL(None)
_C.malloc.restype, _C.malloc.argtypes = c_void_p, (c_size_t,)
_C.calloc.restype, _C.calloc.argtypes = c_void_p, (c_size_t, c_size_t)
_C.realloc.restype, _C.realloc.argtypes = c_void_p, (c_void_p, c_size_t)
_C.free.restype, _C.free.argtypes = None, (c_void_p,)


class _Handler(ctypes.Structure):
    _fields_ = (
        ("name", c_char * 127),
        ("version", c_uint8),
        ("context", c_void_p),
        ("malloc", _MALLOC),
        ("calloc", _CALLOC),
        ("realloc", _REALLOC),
        ("free", _FREE),
    )


class Counter:
    """How many arrays were made of so many bytes or more.

    Args:
        least: bytes from which an array counts.

    Attributes:
        count: of them so far.
    """

    def __init__(self, least: int) -> None:
        self.count = 0
        self._least = least
        self._handler = _Handler(
            b"counting",
            1,
            None,
            _MALLOC(lambda _, size: _C.malloc(self._noted(size))),
            _CALLOC(lambda _, n, size: _C.calloc(1, self._noted(n * size))),
            _REALLOC(lambda _, old, size: _C.realloc(old, self._noted(size))),
            _FREE(lambda _, memory, __, free=_C.free: free(memory)),
        )

        _forever.append(self._handler)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Counts what the thread that it is called in makes.

        A program that has counted must end by `os._exit`: arrays that are left at its
        end would be freed by a counter that is gone.
        """
        capsule = ctypes.pythonapi.PyCapsule_New
        capsule.restype, capsule.argtypes = py_object, (c_void_p, c_char_p, c_void_p)
        own = capsule(ctypes.addressof(self._handler), b"mem_handler", None)
        before = _set_handler(own)
        try:
            yield
        finally:
            _set_handler(before)

    def _noted(self, size: int) -> int:
        self.count += size >= self._least
        return size


def _set_handler(handler: object) -> object:
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = c_void_p, (py_object, c_char_p)
    table = pointer(np._core._multiarray_umath._ARRAY_API, None)
    functions = ctypes.cast(table, POINTER(c_void_p))
    kind = ctypes.PYFUNCTYPE(py_object, py_object)
    return kind(functions[_SET_HANDLER])(handler)
