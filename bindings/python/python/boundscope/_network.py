"""A network, and what can be asked of it."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _arrays, _native
from ._answers import (
    Attack,
    Bounds,
    Certificate,
    Certified,
    Counterexample,
    Layer,
    Radius,
    Verification,
)
from ._arrays import Array, File, Progress
from ._errors import FileError, QuestionError


def _array(numbers: bytearray, *shape: int) -> Array:
    return np.frombuffer(numbers, dtype=np.float64).reshape(shape)


class Network:
    """A network that was read; `boundscope.load` gives one.

    Arrays have the batch first. Inputs are [batch, *input_shape] or [batch, inputs], of any real type. Everything that takes long releases the
    interpreter, ends at Ctrl-C, and takes `progress`: a function that is called on this thread with the share that is done, from 0 to 1, and a
    dict with facts; an exception that it raises ends the work and comes out of it.
    """

    def __init__(self, native: _native.Network) -> None:
        self._native = native
        self.report: dict[str, Any] = json.loads(native.report())
        """What was read, as `boundscope inspect --json` tells it: format, layers, weights, notes, self-check."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input, without the batch."""
        return tuple(self.report["input_shape"])

    @property
    def outputs(self) -> int:
        """How many numbers come out: classes."""
        return int(self.report["outputs"])

    @property
    def hash(self) -> str:
        """SHA-256 of the network, whatever file it came from: what certificates name."""
        return str(self.report["network"])

    @property
    def left_off(self) -> list[str]:
        """What stands behind the network's outputs in the file (a softmax, for instance) and was left off: bounds are of what comes before."""
        return list(self.report["left_off"])

    def __repr__(self) -> str:
        shape = "×".join(map(str, self.input_shape))
        return f"<boundscope.Network {shape} → {self.outputs}, {len(self.report['layers'])} layers, {self.hash[:12]}>"

    def save(self, path: File) -> None:
        """Writes the network: the project's own file (.safetensors, .safetensors.gz), or ONNX (.onnx), with a warning for each number that is rounded."""
        name = os.fspath(path)
        kind = next((kind for kind in ("safetensors.gz", "safetensors", "onnx") if name.lower().endswith(f".{kind}")), None)
        if kind is None:
            raise QuestionError(f"{name}: the ending says what is written: .safetensors, .safetensors.gz or .onnx")
        content, rounded = self._native.written(kind)
        try:
            with open(path, "wb") as file:
                file.write(content)
        except OSError as error:
            raise FileError(f"{name}: the network cannot be written: {error.strerror or error}") from error
        for sentence in rounded:
            warnings.warn(f"{name}: {sentence}", stacklevel=2)

    def infer(self, x: npt.ArrayLike, *, logits: bool = False, progress: Progress | None = None) -> Array:
        """Outputs for each input, in float64, [batch, outputs]: the file's own, or with `logits` the network's before what was left off."""
        images = _arrays.batch(x, self.input_shape)
        found = self._native.infer(images.tobytes(), logits, _arrays.listener(progress))
        return _array(found, len(images), -1)

    def bounds(
        self,
        x: npt.ArrayLike,
        eps: float,
        method: str = "crown",
        lines: str = "tight",
        norm: str | float = "inf",
        clip: tuple[float, float] | None = (0, 1),
        C: npt.ArrayLike | None = None,
        *,
        y: npt.ArrayLike | None = None,
        arithmetic: str = "f64",
        steps: int | None = None,
        progress: Progress | None = None,
    ) -> Bounds:
        """Bounds of every layer, the outputs and the margins over all points within `eps` of each input.

        x: inputs, [batch, *input_shape] or [batch, inputs].
        eps: size of the region, in units of the raw input.
        method: ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown or relaxed-crown:V, in any case.
        lines: how bounding lines are chosen: tight, adaptive or constant (alpha-crown chooses its own).
        norm: inf, 2 or 1.
        clip: the range of an input's element, to which the region is cut; None for the plain ball, which the norms 2 and 1 need.
        C: rows over the outputs, [rows, outputs] or [batch, rows, outputs]: bounds of C times the outputs instead of the outputs and margins.
        y: the classes whose margins are bounded, [batch] or one for all; without it the predicted ones.
        arithmetic: f32 (a preview), f64, or sound (rounding errors charged: the only one that certifies).
        steps: steps that alpha-crown takes, 20 unless said.
        """
        pair = _arrays.clip_pair(clip)
        images = _arrays.batch(x, self.input_shape, pair)
        count = len(images)
        if C is not None and y is not None:
            raise QuestionError("C stands in the place of the margins: give C or y")
        rows = None if C is None else _arrays.specification(C, count, self.outputs)
        (lower, upper), margins, layers, label = _native.bounds(
            self._native,
            (images.tobytes(), None if y is None else _arrays.labels(y, count)),
            (eps, _arrays.norm_word(norm), pair),
            (method.lower(), lines, arithmetic, steps),
            rows,
            _arrays.listener(progress),
        )
        return Bounds(
            lower=_array(lower, count, -1),
            upper=_array(upper, count, -1),
            margins=None if label is None else _array(margins, count, -1),
            layers=[Layer(_array(low, count, -1), _array(high, count, -1)) for low, high in layers],
            label=None if label is None else np.array(label, dtype=np.int64),
            arithmetic=arithmetic,
        )

    def radius(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        method: str = "crown",
        lines: str = "tight",
        norm: str | float = "inf",
        clip: tuple[float, float] | None = (0, 1),
        *,
        largest: float | None = None,
        steps: int | None = None,
        progress: Progress | None = None,
    ) -> Radius:
        """The largest eps at which each input is certified as its class, proved in the sound arithmetic.

        x, method, lines, norm, clip, steps: as for `bounds`.
        y: classes, [batch] or one for all.
        largest: the largest eps tried; 1 for the norm inf, 16 for 2, 128 for 1 unless said.
        """
        pair = _arrays.clip_pair(clip)
        images = _arrays.batch(x, self.input_shape, pair)
        found = _native.radius(
            self._native,
            (images.tobytes(), _arrays.labels(y, len(images))),
            (_arrays.norm_word(norm), pair),
            (method.lower(), lines, steps),
            largest,
            _arrays.listener(progress),
        )
        ends = np.array(found, dtype=np.float64).reshape(-1, 2)
        return Radius(verified=ends[:, 0].copy(), unverified=ends[:, 1].copy())

    def verify(
        self,
        query: File | bytes,
        timeout: float = 60,
        *,
        split: str = "chosen",
        threads: int | None = None,
        domains: int | None = None,
        certificate: bool = False,
        progress: Progress | None = None,
    ) -> Verification:
        """Decides a question in VNN-LIB by branch and bound.

        query: a file (VNN-LIB 1.0 or 2.0, plain or gzip), or its bytes.
        timeout: seconds after which the answer is "timeout"; making a certificate ends then too.
        split: what is split: inputs, activations, or chosen (by the number of inputs).
        threads: the machine's cores unless said. domains: the most to bound.
        certificate: also make the proof of an "unsat", for `check`; the search then clips no boxes and may take longer.
        """
        asked = _arrays.content(query, "question")
        return self._decide(asked, None, (timeout, split, domains, threads), certificate, progress)

    def verify_input(
        self,
        x: npt.ArrayLike,
        y: int,
        eps: float,
        clip: tuple[float, float] | None = (0, 1),
        timeout: float = 60,
        *,
        split: str = "chosen",
        threads: int | None = None,
        domains: int | None = None,
        certificate: bool = False,
        progress: Progress | None = None,
    ) -> Verification:
        """Decides whether any point within `eps` (norm inf) of one input, [1, *input_shape], gets another class than `y`; else as `verify`."""
        pair = _arrays.clip_pair(clip)
        images = _arrays.batch(x, self.input_shape, pair)
        if len(images) != 1:
            raise QuestionError(f"one input at a time, not {len(images)}: x[:1] is the first")
        asked = (images.tobytes(), _arrays.labels(y, 1)[0], eps, pair)
        return self._decide(None, asked, (timeout, split, domains, threads), certificate, progress)

    def _decide(
        self,
        query: bytes | None,
        image: tuple[bytes, int, float, tuple[float, float] | None] | None,
        effort: tuple[float, str, int | None, int | None],
        certificate: bool,
        progress: Progress | None,
    ) -> Verification:
        text, proof = _native.verify(self._native, query, image, effort, certificate, _arrays.listener(progress))
        facts: dict[str, Any] = json.loads(text)
        found = facts["counterexample"]
        return Verification(
            answer=facts["answer"],
            counterexample=found
            and Counterexample(
                input=np.array(found["input"], dtype=np.float32).reshape(self.input_shape),
                outputs=np.array(found["outputs"], dtype=np.float64),
            ),
            certificate=None if proof is None else Certificate(proof),
            unwritten=facts["unwritten"],
            words=facts["words"],
            spent=facts["spent"],
            worst_open_bound=facts["worst_open_bound"],
            domains=facts["domains"],
            leaves=facts["leaves"],
            doubted=facts["doubted"],
            seconds=facts["seconds"],
        )

    def certify(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        eps: float,
        method: str | Sequence[str] = ("ibp", "crown-ibp", "crown-lbp", "crown"),
        lines: str = "tight",
        norm: str | float = "inf",
        clip: tuple[float, float] | None = (0, 1),
        *,
        progress: Progress | None = None,
    ) -> Certified:
        """Certificates that every point within `eps` of each input gets its class: the file that `boundscope certify` writes.

        x, lines, norm, clip: as for `bounds`. y: classes, [batch] or one for all.
        method: one or several, also separated by commas: the first that proves an input makes its certificate.
        """
        pair = _arrays.clip_pair(clip)
        images = _arrays.batch(x, self.input_shape, pair)
        words = method.split(",") if isinstance(method, str) else method
        methods = [str(word).strip().lower() for word in words]
        found = _native.certify(
            self._native,
            (images.tobytes(), _arrays.labels(y, len(images))),
            (eps, _arrays.norm_word(norm), pair),
            methods,
            lines,
            _arrays.listener(progress),
        )
        certificates: list[Certificate | None] = []
        why: list[str | None] = []
        for name, text, reason in found:
            certificates.append(None if text is None else Certificate(text, name))
            if text is not None:
                why.append(None)
            elif reason is not None:
                why.append(f"proved by {name}, in a way that no certificate can show ({reason}); try another method")
            else:
                why.append(f"not certified by {', '.join(methods)}")
        return Certified(certificates, why)

    def attack(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        eps: float,
        norm: str | float = "inf",
        clip: tuple[float, float] | None = (0, 1),
        *,
        steps: int = 20,
        restarts: int = 1,
        seed: int = 1,
        targeted: bool = False,
        progress: Progress | None = None,
    ) -> Attack:
        """Projected gradient descent in the region around each input: what it finds is real, what it does not find may exist.

        x, eps, norm, clip: as for `bounds`. y: classes, [batch] or one for all.
        steps: of 2.5·eps/steps each. restarts: random starts. seed: where they come from; the same gives the same.
        targeted: start by start against one other class after the other, instead of the closest.
        """
        pair = _arrays.clip_pair(clip)
        images = _arrays.batch(x, self.input_shape, pair)
        margins, worst, points = _native.attack(
            self._native,
            (images.tobytes(), _arrays.labels(y, len(images))),
            (eps, _arrays.norm_word(norm), pair),
            (steps, restarts, seed, targeted),
            _arrays.listener(progress),
        )
        return Attack(
            point=np.frombuffer(points, dtype=np.float32).reshape(len(images), *self.input_shape),
            worst=np.array(worst, dtype=np.float64),
            margins=_array(margins, len(images), -1),
        )
