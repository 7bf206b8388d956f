"""Certified robustness of neural networks: bounds, radii, verification, and certificates that anybody can check.

    import boundscope
    net = boundscope.load("m.onnx")
    bounds = net.bounds(x, 0.02)                # x is [batch, *input_shape], in [0, 1]
    bounds.verified, bounds.margins
"""

import os as _os

from . import _native
from ._answers import (
    Attack,
    Bounds,
    Certificate,
    Certified,
    Check,
    Counterexample,
    Layer,
    Radius,
    Verification,
)
from ._errors import Error, FileError, ModelError, QuestionError
from ._load import check, load
from ._network import Network
from ._train import plan, train

__version__ = _native.VERSION

__all__ = [
    "Attack",
    "Bounds",
    "Certificate",
    "Certified",
    "Check",
    "Counterexample",
    "Error",
    "FileError",
    "Layer",
    "ModelError",
    "Network",
    "QuestionError",
    "Radius",
    "Verification",
    "check",
    "load",
    "plan",
    "train",
]

# A forked process has none of its parent's threads, and would wait for them.
if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_native.forked)
