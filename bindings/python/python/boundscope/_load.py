"""Where networks come from."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from . import _arrays, _native
from ._answers import Certificate, Check
from ._arrays import File, Progress
from ._errors import ModelError
from ._network import Network


def load(
    model: File | bytes | Any,
    *,
    input_shape: Sequence[int] | None = None,
    output: str | None = None,
    layers: str | Mapping[str, Any] | None = None,
) -> Network:
    """Reads a network, and holds it against its file's own graph where it has one.

    model: a file of any format that is read (ONNX, safetensors, PyTorch, Keras, .npz …, plain or gzip), a folder with net.json and
        model.safetensors, the bytes of a file, or a torch.nn.Module, which goes through torch's ONNX export.
    input_shape: of a torch module: the shape of one input, without the batch.
    output: of a file with several outputs: the one that is the network's.
    layers: of a file that holds weights alone: its layers, as net.json describes them (a dict, or JSON).
    """
    described = layers if layers is None or isinstance(layers, str) else json.dumps(layers)
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Network(_native.Network.read(bytes(model), output, described))
    if isinstance(model, (str, os.PathLike)):
        if input_shape is not None:
            raise ModelError("input_shape is for torch modules: a file says its own")
        return Network(_native.Network.open(os.fspath(model), output, described))
    return Network(_native.Network.read(_exported(model, input_shape), output, described))


def _exported(module: Any, input_shape: Sequence[int] | None) -> bytes:
    """The ONNX file that torch makes of a module, in evaluation mode, with a batch of any size."""
    # Whoever has a module has imported torch.
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(module, torch.nn.Module):
        raise ModelError(
            f"a network is loaded from a path, from bytes or from a torch.nn.Module, not from {type(module).__name__}"
            + ("" if torch is not None else " (torch is not imported here)")
        )
    if input_shape is None:
        raise ModelError("say input_shape, the shape of one input without the batch, for instance load(module, input_shape=(1, 28, 28))")
    parameter = next(module.parameters(), None)
    like = {} if parameter is None else {"dtype": parameter.dtype, "device": parameter.device}
    file, training = io.BytesIO(), module.training
    try:
        module.eval()
        torch.onnx.export(
            module,
            (torch.zeros(1, *input_shape, **like),),
            file,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
            dynamo=False,
        )
    except Exception as error:
        raise ModelError(f"torch does not export this module to ONNX: {error}") from error
    finally:
        module.train(training)
    return file.getvalue()


def check(
    certificate: Certificate | File | bytes,
    model: Network | File | bytes,
    query: File | bytes | None = None,
    *,
    progress: Progress | None = None,
) -> Check:
    """Whether a certificate proves its claim about a model, by the checker that shares no bounding code with what made it.

    certificate: what `certify` or `verify` gave, a file, or its bytes.
    query: a question in VNN-LIB: also whether the certificate, of a search, has refuted exactly what it asks.
    """
    network = model if isinstance(model, Network) else load(model)
    text = bytes(certificate) if isinstance(certificate, Certificate) else _arrays.content(certificate, "certificate")
    asked = None if query is None else _arrays.content(query, "question")
    facts: dict[str, Any] = json.loads(_native.check(text, network._native, asked, _arrays.listener(progress)))
    return Check(accepted=facts.pop("accepted"), why=facts.pop("why", None), facts=facts)
