"""Execution providers: what was asked for, what there is, and what really runs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import onnxruntime as ort

from livestyle.errors import GpuError, ModelError, ProviderError
from livestyle.nvidia_options import cuda_options, engine_folder, tensorrt_options

Providers = list[str | tuple[str, dict[str, str]]]

# What a person types, and ONNX Runtime's name for it.
PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
# Those that compute on a GPU, or on what a Mac has in its place.
ON_GPU = ("tensorrt", "cuda", "directml", "coreml", "rocm")
# What "auto" tries, best first. TensorRT is left out: it builds an engine for minutes.
AUTOMATIC = ("cuda", "directml", "coreml", "cpu")
_OTHER_FILES = "session.model_external_initializers_file_folder_path"
FIXES = {
    "cuda": "Install NVIDIA's libraries with pip install 'livestyle[cuda]' and check "
    "that nvidia-smi runs, or use --provider cpu.",
    "tensorrt": "Install TensorRT's libraries beside livestyle[cuda], or use "
    "--provider cuda.",
}


NOT_BUILT_IN = "this build of ONNX Runtime does not have it"


@dataclass(frozen=True)
class Provider:
    """What a session really runs on.

    Attributes:
        name: a key of `PROVIDERS`, or ONNX Runtime's own name for a foreign one.
        notes: why better ones were not taken, one line each; empty when nothing was
            tried in vain. Likewise for precisions, and what was measured of them.
        precision: of the file that runs, one of `contract.PRECISIONS`.
    """

    name: str
    notes: tuple[str, ...] = ()
    precision: str = "float32"

    @property
    def label(self) -> str:
        """How the overlay shows it: "CPU", "CPU int8", "CUDA float16"."""
        upper = self.name.upper()
        return upper if self.precision == "float32" else f"{upper} {self.precision}"


def open_session(
    model: bytes,
    wanted: str = "auto",
    threads: int = 0,
    accept: Callable[[ort.InferenceSession], None] = lambda _: None,
) -> tuple[ort.InferenceSession, Provider]:
    """Opens a session and says what it runs on, judged after it was made.

    Args:
        model: the bytes of an ONNX file.
        wanted: "auto" or a key of `PROVIDERS`.
        threads: CPU threads within an operator, 0 for ONNX Runtime's own choice.
        accept: looks at a session and runs it once. A ModelError from it is the file's
            fault and ends the search, anything else the provider's: a GPU may load its
            libraries and have no code for its own kind.

    Raises:
        ProviderError: the provider was asked for by name and cannot be used.
        ModelError: the bytes are no ONNX model that can be run.
    """
    if wanted != "auto" and wanted not in PROVIDERS:
        raise ProviderError(
            f"there is no provider '{wanted}'",
            hint=f"There are auto, {', '.join(PROVIDERS)}.",
        )
    tries = AUTOMATIC if wanted == "auto" else (wanted,)
    notes: list[str] = []
    for name in tries:
        if reason := absent(name):
            notes.append(f"{name}: {reason}")
            continue
        session, reason = _open(model, name, threads)
        if session is not None:
            remark, reason = reason, _trial(session, name, accept)
            if not reason:
                if remark:
                    notes.append(f"{name}: without CUDA graphs, {remark}")
                # The builds' own limits are left out: nobody misses a Mac's provider
                # on Linux.
                told = tuple(note for note in notes if not note.endswith(NOT_BUILT_IN))
                return session, Provider(name, told)
        notes.append(f"{name}: {reason}")
    raise ProviderError(
        f"provider {wanted} cannot be used ({'; '.join(notes)})",
        hint=FIXES.get(wanted, "Use --provider auto to take what there is."),
    )


def may_be_accelerated(wanted: str) -> bool:
    """Whether anything but the CPU will be tried; False is certain, True a hope."""
    if wanted != "auto":
        return wanted != "cpu"
    return any(not absent(name) for name in AUTOMATIC if name != "cpu")


def require_gpu(found: Provider) -> None:
    """Makes sure that a painter runs on a GPU.

    Raises:
        GpuError: it does not; with the reasons, where there are any.
    """
    if found.name not in ON_GPU:
        why = f" ({'; '.join(found.notes)})" if found.notes else ""
        raise GpuError(
            f"the painter runs on {found.label}, and a GPU is required{why}",
            hint="'livestyle doctor' says what the GPU lacks; or leave out "
            "--require-gpu.",
        )


def glance(model: bytes) -> ort.InferenceSession:
    """A session to read a file's inputs, outputs and metadata by, not to run it.

    Raises:
        ModelError: the bytes are no ONNX model.
    """
    options = _options(threads=1)
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return ort.InferenceSession(
            model, options, providers=[PROVIDERS["cpu"]], enable_fallback=0
        )
    # The bindings raise classes of their own that share no base but Exception.
    except Exception as error:
        raise _no_model(error) from error


def built_in() -> list[str]:
    """Providers that this build claims to have, the CPU first: names to be tried."""
    claimed = ort.get_available_providers()
    names = [name for name, full in PROVIDERS.items() if full in claimed]
    return sorted(names, key=lambda name: name != "cpu")


def absent(name: str) -> str:
    """Why a provider is out of the question before trying it, else ""."""
    if PROVIDERS[name] not in ort.get_available_providers():
        return NOT_BUILT_IN
    if name in ("cuda", "tensorrt") and not has_nvidia_driver():
        return "no NVIDIA driver is loaded"
    return ""


def has_nvidia_driver() -> bool:
    """Whether NVIDIA's kernel driver answers; without it CUDA is noise on stderr."""
    if sys.platform == "win32":
        root = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))
        return (root / "System32" / "nvcuda.dll").exists()
    signs = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg")
    return any(Path(sign).exists() for sign in signs)


def _open(
    model: bytes, name: str, threads: int
) -> tuple[ort.InferenceSession | None, str]:
    """A session that really runs on the provider, or why there is none.

    With a session there may be a remark on what was refused to it.
    """
    options = _options(threads)
    if name in ("cuda", "tensorrt") and hasattr(ort, "preload_dlls"):
        # It prints what it does not find; the session says it better.
        with redirect_stdout(io.StringIO()):
            ort.preload_dlls()
    remark = ""
    for providers in _attempts(name):
        try:
            # Its own way back to the CPU prints to stdout, and we have one ourselves.
            session = ort.InferenceSession(
                model, options, providers=providers, enable_fallback=0
            )
        # The bindings raise classes of their own that share no base but Exception.
        except Exception as error:
            if name == "cpu" or _is_model_fault(error):
                raise _no_model(error) from error
            remark = remark or first_line(error)
            continue
        ran = session.get_providers()
        if ran[0] != PROVIDERS[name]:
            return None, "ONNX Runtime fell back to the CPU; its libraries did not load"
        return session, remark
    return None, remark


def _attempts(name: str) -> list[Providers]:
    """What to ask for, best first: what refuses the one may grant the next."""
    cpu: Providers = [PROVIDERS["cpu"]]
    cuda, recording = (
        (PROVIDERS["cuda"], cuda_options(graphs=graphs)) for graphs in (False, True)
    )
    if name == "cpu":
        return [cpu]
    if name == "cuda":
        return [[recording, *cpu], [cuda, *cpu]]
    if name == "tensorrt":
        own = (PROVIDERS[name], tensorrt_options(engine_folder()))
        return [[own, cuda, *cpu]]  # CUDA for what TensorRT does not take
    return [[PROVIDERS[name], *cpu]]


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.log_severity_level = 4  # we report by exceptions
    options.intra_op_num_threads = threads
    # A model of bytes may name files of the folder that we run in: it shall find none.
    options.add_session_config_entry(_OTHER_FILES, os.devnull)
    # Its threads turn in circles while they wait for the next run, so as to be quick
    # when it comes: at 30 frames/s that is most of a core, for nothing.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def _no_model(error: Exception) -> ModelError:
    return ModelError(
        f"it is no ONNX model that can be run ({first_line(error)})",
        hint="Fetch a fresh copy, or export it again.",
    )


def _trial(
    session: ort.InferenceSession,
    name: str,
    accept: Callable[[ort.InferenceSession], None],
) -> str:
    """Why the provider cannot run the model after all, else ""."""
    try:
        accept(session)
    except ModelError:
        raise
    # The bindings raise classes of their own that share no base but Exception.
    except Exception as error:
        if name == "cpu":
            raise ModelError(
                f"it does not run ({first_line(error)})",
                hint="Fetch a fresh copy, or export it again.",
            ) from error
        return f"it failed on a first picture, {first_line(error)}"
    return ""


def first_line(error: Exception) -> str:
    """What an error says, short enough for a sentence."""
    lines = str(error).strip().splitlines()
    # It may quote a broken file, with what would steer a terminal.
    plain = (c if c.isprintable() else "?" for c in (lines or [""])[0][:200])
    return "".join(plain) or type(error).__name__


def _is_model_fault(error: Exception) -> bool:
    return type(error).__name__ in ("InvalidProtobuf", "InvalidGraph")
