"""Answers, as arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from ._arrays import Array, File
from ._errors import FileError, QuestionError


class Layer(NamedTuple):
    """Bounds of one hidden layer: what its activations are given."""

    lower: Array
    """[batch, neurons]."""
    upper: Array
    """[batch, neurons]."""


@dataclass(frozen=True)
class Bounds:
    """Bounds that hold for every point of the region around each input; `lower, upper = net.bounds(x, eps)` takes the outputs' two ends."""

    lower: Array
    """Of the network's outputs, [batch, outputs]; with C of C times the outputs, [batch, rows]."""
    upper: Array
    """As lower."""
    margins: Array | None
    """Lower bounds of output y minus each other output, in the order of the classes, [batch, outputs - 1]; None with C, and of one output."""
    layers: list[Layer]
    """Of the hidden layers, in the order of the network."""
    label: npt.NDArray[np.int64] | None
    """The class whose margins these are, [batch]; None without margins."""
    arithmetic: str
    """f32 (a preview), f64 (rounding not charged) or sound (every rounding charged: the only one that certifies)."""

    def __iter__(self) -> Iterator[Array]:
        yield self.lower
        yield self.upper

    @property
    def verified(self) -> npt.NDArray[np.bool_] | None:
        """Whether every margin is above 0 and every bound a number, [batch]: certified only where the arithmetic is sound. None without margins."""
        if self.margins is None:
            return None
        good: npt.NDArray[np.bool_] = np.ones(len(self.margins), dtype=np.bool_)
        good &= ((self.margins > 0) & np.isfinite(self.margins)).all(axis=1)
        for lower, upper in [*self.layers, Layer(self.lower, self.upper)]:
            # Ends may cross by the last digits: at ε = 0 both come from different sums of one number.
            with np.errstate(invalid="ignore"):
                crossed = lower - upper > 1e-4 * (1 + np.maximum(np.abs(lower), np.abs(upper)))
            good &= (np.isfinite(lower) & np.isfinite(upper) & ~crossed).all(axis=1)
        return good


@dataclass(frozen=True)
class Radius:
    """What is known of the largest ε that is certified, in the sound arithmetic."""

    verified: Array
    """The largest ε that was itself certified, [batch]; NaN where not even the input itself is."""
    unverified: Array
    """The smallest ε above it that was tried and not certified, which says nothing of the network, [batch]; NaN where the largest tried was certified."""


@dataclass(frozen=True)
class Counterexample:
    """An unsafe input, replayed in f32, in f64 and by the file's own graph."""

    input: npt.NDArray[np.float32]
    """Of the network's input shape."""
    outputs: Array
    """The file's outputs for it, [outputs]."""


@dataclass(frozen=True)
class Certificate:
    """A proof as a file, which `boundscope.check` and `boundscope check` accept."""

    text: str
    """JSON."""
    method: str | None = None
    """The method that proved it; None where a search did."""

    def save(self, path: File) -> None:
        """Writes the file."""
        try:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(self.text)
        except OSError as error:
            raise FileError(f"{os.fspath(path)}: the certificate cannot be written: {error.strerror or error}") from error

    def __bytes__(self) -> bytes:
        return self.text.encode()

    def __repr__(self) -> str:
        return f"Certificate({len(self.text)} bytes{f', by {self.method}' if self.method else ''})"


@dataclass(frozen=True)
class Certified(Sequence["Certificate | None"]):
    """The certificates of a batch, one for each input; None where there is none."""

    certificates: list[Certificate | None]
    why: list[str | None]
    """Why there is none; None where there is one."""

    @property
    def certified(self) -> npt.NDArray[np.bool_]:
        """Whether there is one, [batch]."""
        return np.array([certificate is not None for certificate in self.certificates], dtype=np.bool_)

    @overload
    def __getitem__(self, place: int) -> Certificate | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[Certificate | None]: ...
    def __getitem__(self, place: Any) -> Any:
        return self.certificates[place]

    def __len__(self) -> int:
        return len(self.certificates)

    def __iter__(self) -> Iterator[Certificate | None]:
        return iter(self.certificates)

    def save(self, folder: File) -> list[str]:
        """Writes certificate N of the batch as N.json into a folder, which is made where there is none; gives the paths."""
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise FileError(f"{os.fspath(folder)}: the folder cannot be made: {error.strerror or error}") from error
        width = len(str(max(len(self) - 1, 0)))
        paths = []
        for place, certificate in enumerate(self.certificates):
            if certificate is not None:
                paths.append(os.path.join(folder, f"{place:0{width}}.json"))
                certificate.save(paths[-1])
        return paths


@dataclass(frozen=True)
class Verification:
    """How a search ended."""

    answer: str
    """"unsat" (no input is unsafe: proved in the sound arithmetic), "sat" (there is a counterexample), "unknown" or "timeout"."""
    counterexample: Counterexample | None
    """Of a "sat"."""
    certificate: Certificate | None
    """Of an "unsat", where one was asked for."""
    unwritten: str | None
    """Why there is no certificate though one was asked for; the answer stands."""
    words: list[str]
    """What was asked, in sentences."""
    spent: str | None
    """What was spent where neither is known: "time", "domains", "memory", "exhausted" or "unsplit"."""
    worst_open_bound: float | None
    """The worst bound left open, where neither is known."""
    domains: int
    """Domains bounded."""
    leaves: int
    """Domains closed in the sound arithmetic."""
    doubted: int
    """Domains that the fast arithmetic believed closed and the sound one did not."""
    seconds: float

    def __bool__(self) -> bool:
        raise QuestionError('a verification is neither true nor false: compare its answer, for instance found.answer == "unsat"')


@dataclass(frozen=True)
class Check:
    """Whether a certificate is accepted; true as a condition where it is."""

    accepted: bool
    why: str | None
    """Why it is not."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What it proves: of a region network, norm, epsilon, clip, label and margins; of a search network, boxes, conditions and leaves."""

    def __bool__(self) -> bool:
        return self.accepted


@dataclass(frozen=True)
class Attack:
    """What an attack found: points of the region. Where it found none that breaks the network, there may be one."""

    point: npt.NDArray[np.float32]
    """The worst point seen, inside the region, [batch, *input_shape]."""
    worst: Array
    """Its smallest margin, [batch]."""
    margins: Array
    """The smallest margin seen against each other class, at any point, [batch, outputs - 1]."""

    @property
    def broken(self) -> npt.NDArray[np.bool_]:
        """Whether the network, in f32, does not call the worst point y, [batch]."""
        return np.isnan(self.worst) | (self.worst <= 0)
