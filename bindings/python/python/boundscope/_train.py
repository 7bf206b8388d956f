"""Certified training."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _arrays, _native
from ._arrays import File, Progress
from ._errors import QuestionError
from ._network import Network


def plan(
    architecture: str | Sequence[Mapping[str, Any]] | None = None,
    activation: str | None = None,
    loss: str | None = None,
    epsilon: float | None = None,
    epochs: int | None = None,
    *,
    recipe: str | None = None,
    kappa: tuple[float, float] | None = None,
    batch: int | None = None,
    learning_rate: float | None = None,
    initialization: str | None = None,
    noise: float | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Everything that decides a training run: what is left out is the recipe's. A dict, to be kept, changed and given to `train`.

    architecture: mlp:SIZES (mlp:64-32 unless said), dm-small, dm-medium, dm-large, small-mnist, or a list of blocks.
    activation: relu, leaky:η, ramp:η or ramp:η0-η1. loss: clean, ibp (unless said) or crown-ibp.
    epsilon: the largest of the run, 0.1 unless said. epochs: the recipe's unless said: 200 of "paper", 70 of "short".
    """
    wanted = dict(locals())
    if architecture is not None and not isinstance(architecture, str):
        wanted["architecture"] = json.dumps([dict(block) for block in architecture])
    said = {name: value for name, value in wanted.items() if value is not None}
    return dict(json.loads(_native.plan(json.dumps(said))))


def train(
    plan: Mapping[str, Any] | str | None,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    classes: int | None = None,
    checkpoint: File | None = None,
    resume: File | bytes | None = None,
    progress: Progress | None = None,
) -> Network:
    """Trains a network from a plan: the same plan, inputs and classes give the same network, to the last bit, as `boundscope train` gives it.

    plan: of `boundscope.plan`, a training record's "plan", or its JSON; None with `resume`.
    x: inputs in [0, 1], [count, n] or [count, channels, height, width]; taken as float32.
    y: classes from 0, [count]; classes: how many there are, one more than the largest in y unless said.
    checkpoint: a file that takes the state of a run that is stopped (Ctrl-C, an exception of `progress`) or diverges.
    resume: such a file, or its bytes: the run goes on where it was, with its own plan.
    progress: is told of the newest step: its losses, errors, ε and the rest.
    """
    inputs = _arrays.numbers(x, "x")
    if inputs.ndim not in (2, 4):
        raise QuestionError(f"x has the shape {list(inputs.shape)}; training takes [count, n] or [count, channels, height, width]")
    labels = np.array(_arrays.labels(y, len(inputs)), dtype=np.int64)
    if len(labels) != len(inputs):
        raise QuestionError(f"{len(labels)} classes for {len(inputs)} inputs")
    if len(labels) and labels.max() > 255:
        raise QuestionError(f"class {labels.max()} is too large: training knows 256 classes")
    count = int(labels.max(initial=0)) + 1 if classes is None else classes
    text = plan if plan is None or isinstance(plan, str) else json.dumps(dict(plan))
    return Network(
        _native.train(
            text,
            np.ascontiguousarray(inputs, dtype=np.float64).tobytes(),
            (list(inputs.shape[1:]), labels.astype(np.uint8).tobytes(), count),
            None if checkpoint is None else os.fspath(checkpoint),
            None if resume is None else _arrays.content(resume, "checkpoint"),
            _arrays.listener(progress),
        )
    )
