"""What users give, as the engine takes it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from ._errors import FileError, QuestionError

Array = npt.NDArray[np.float64]
Progress = Callable[[float, "dict[str, Any]"], object]
File = Union[str, "os.PathLike[str]"]


def numbers(x: Any, name: str) -> npt.NDArray[Any]:
    """An array of real numbers; a torch tensor is detached and brought to the host."""
    if hasattr(x, "detach"):
        x = x.detach().cpu()
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise QuestionError(f"{name} holds {array.dtype}, not real numbers")
    return array


def batch(x: Any, shape: Sequence[int], clip: tuple[float, float] | None = None) -> Array:
    """Inputs, batch first, as [batch, inputs]: each of the network's shape (axes of 1 in front do not count) or flat.

    An input outside of the clip range is refused: its region, cut to that range, would be another than the one meant.
    """
    array = numbers(x, "x")
    inputs = math.prod(shape)
    own = _without_ones(array.shape[1:])
    if array.ndim == 0 or own not in (_without_ones(tuple(shape)), _without_ones((inputs,))):
        wanted = ", ".join(map(str, shape))
        hint = ""
        if _without_ones(array.shape) in (_without_ones(tuple(shape)), (inputs,)):
            hint = "; one input alone is x[None]"
        elif array.ndim > 1 and math.prod(array.shape[1:]) == inputs:
            hint = "; where the order is the same, give x.reshape(len(x), -1)"
        raise QuestionError(
            f"x has the shape {list(array.shape)}; the batch comes first: [batch, {wanted}] or [batch, {inputs}]{hint}"
        )
    flat = np.ascontiguousarray(array.reshape(array.shape[0], inputs), dtype=np.float64)
    if clip is not None:
        outside = np.argwhere((flat < clip[0]) | (flat > clip[1]))
        if len(outside):
            image, index = map(int, outside[0])
            raise QuestionError(
                f"element {index} of image {image} is {flat[image, index]:g}, outside of the clip range "
                f"[{clip[0]:g}, {clip[1]:g}]: say the range that inputs really have, or clip=None for the plain ball"
            )
    return flat


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    start = next((place for place, size in enumerate(shape) if size != 1), len(shape))
    return shape[start:]


def labels(y: Any, count: int) -> list[int]:
    """A class for every input, [batch]; one number is the class of all."""
    array = numbers(y, "y")
    if array.dtype.kind not in "iu":
        raise QuestionError(f"y holds {array.dtype}; classes are whole numbers, from 0")
    if array.ndim == 0:
        array = np.full(count, array)
    if array.ndim != 1:
        raise QuestionError(f"y has the shape {list(array.shape)}; one class for each input is [batch]")
    if (array < 0).any():
        raise QuestionError(f"class {int(array.min())} is none: classes are counted from 0")
    return [int(label) for label in array]


def specification(C: Any, count: int, outputs: int) -> tuple[bytes, int]:
    """Rows over the outputs, [rows, outputs] for all inputs or [batch, rows, outputs]."""
    array = numbers(C, "C").astype(np.float64)
    fits = array.ndim in (2, 3) and array.shape[-1] == outputs and array.shape[-2] > 0
    if not fits or (array.ndim == 3 and array.shape[0] not in (1, count)):
        raise QuestionError(
            f"C has the shape {list(array.shape)}; rows over the outputs are [rows, {outputs}] or [batch, rows, {outputs}]"
        )
    if not np.isfinite(array).all():
        raise QuestionError("C holds a number that is not finite")
    return np.ascontiguousarray(array).tobytes(), int(array.shape[-2])


def norm_word(norm: Any) -> str:
    """The norm's word: inf, 2 or 1, also given as a number."""
    if isinstance(norm, (int, float, np.number)) and not isinstance(norm, bool):
        return "inf" if math.isinf(norm) else f"{norm:g}"
    return str(norm)


def clip_pair(clip: Any) -> tuple[float, float] | None:
    """(LOW, HIGH) or None."""
    if clip is None:
        return None
    try:
        low, high = clip
        return float(low), float(high)
    except (TypeError, ValueError):
        raise QuestionError(f"clip is {clip!r}; it is (LOW, HIGH), for instance (0, 1), or None") from None


def listener(progress: Progress | None) -> Callable[[float, str], object] | None:
    """A callback of the package's as the engine calls it."""
    if progress is None:
        return None
    if not callable(progress):
        raise TypeError("progress is a function of the share that is done and of a dict with facts")
    told = progress
    return lambda share, facts: told(share, json.loads(facts))


def content(file: File | bytes, what: str) -> bytes:
    """The bytes of a file, or the bytes themselves."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file)
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as error:
        raise FileError(f"{os.fspath(file)}: the {what} cannot be read: {error.strerror or error}") from error
