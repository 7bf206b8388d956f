"""Networks of every kind, and what has to be said before some can be read."""

import gzip
import os
import subprocess
import sys
import types

import numpy as np
import pytest
from conftest import MLP, ROOT, TWO

import boundscope


def test_files_bytes_and_folders_are_the_same_network():
    own = MLP.read_bytes()
    for model in [MLP, str(MLP), own, gzip.decompress(own), bytearray(own)]:
        assert boundscope.load(model).hash == boundscope.load(MLP).hash
    assert boundscope.load(ROOT / "tests/golden/toy2d").outputs >= 2


@pytest.fixture(scope="session")
def onnx(tmp_path_factory):
    program = os.environ.get("BOUNDSCOPE_CLI")
    if not program:
        pytest.skip("BOUNDSCOPE_CLI does not name the command line that writes ONNX")
    path = tmp_path_factory.mktemp("onnx") / "two.onnx"
    subprocess.run([program, "convert", str(TWO), str(path)], check=True, capture_output=True)
    return path


def test_onnx_is_held_against_its_own_graph(onnx):
    net = boundscope.load(onnx)
    assert net.hash == boundscope.load(TWO).hash
    assert net.report["own_graph"] and net.report["self_check"] < 1e-6


def test_weights_alone_ask_for_their_layers(tmp_path):
    np.savez(tmp_path / "w.npz", **{"a.weight": np.eye(3, 2, dtype=np.float32), "a.bias": np.zeros(3, np.float32)})
    with pytest.raises(boundscope.ModelError, match=r"say it to load as layers=\{…\}"):
        boundscope.load(tmp_path / "w.npz")
    layers = {"input_shape": [2], "layers": [{"op": "linear", "weight": "a.weight", "bias": "a.bias"}]}
    net = boundscope.load(tmp_path / "w.npz", layers=layers)
    assert np.array_equal(net.infer([[3, 4]]), [[3, 4, 0]])
    with pytest.raises(boundscope.ModelError, match="bogus"):
        boundscope.load(tmp_path / "w.npz", layers={**layers, "bogus": 1})


class Module:
    """As much of a torch.nn.Module as loading sees."""

    def __init__(self, file):
        self.file, self.training, self.seen = file, True, []

    def parameters(self):
        return iter([types.SimpleNamespace(dtype="float32", device="cpu")])

    def eval(self):
        self.train(False)

    def train(self, mode):
        self.training = mode


def test_torch_modules_go_through_their_export(onnx, monkeypatch):
    def export(module, inputs, file, **options):
        assert module.training is False and options["dynamic_axes"]["input"] == {0: "batch"}
        assert inputs == (("zeros", (1, 2), {"dtype": "float32", "device": "cpu"}),)
        if module.file is None:
            raise RuntimeError("no such operator")
        file.write(module.file.read_bytes())

    torch = types.ModuleType("torch")
    torch.nn = types.SimpleNamespace(Module=Module)
    torch.zeros = lambda *shape, **like: ("zeros", shape, like)
    torch.onnx = types.SimpleNamespace(export=export)
    with pytest.raises(boundscope.ModelError, match="from a path, from bytes or from a torch.nn.Module, not from Module"):
        boundscope.load(Module(onnx), input_shape=(2,))
    monkeypatch.setitem(sys.modules, "torch", torch)
    module = Module(onnx)
    assert boundscope.load(module, input_shape=(2,)).hash == boundscope.load(TWO).hash
    assert module.training is True
    with pytest.raises(boundscope.ModelError, match="say input_shape"):
        boundscope.load(module)
    with pytest.raises(boundscope.ModelError, match="torch does not export this module to ONNX: no such operator"):
        boundscope.load(Module(None), input_shape=(2,))
    with pytest.raises(boundscope.ModelError, match="not from int"):
        boundscope.load(3)


def test_torch_itself():
    torch = pytest.importorskip("torch", reason="torch is not installed: its export is tried on a stand-in alone")
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    net = boundscope.load(module, input_shape=(4,))
    x = torch.randn(5, 4)
    assert np.allclose(net.infer(x), module(x).detach().numpy(), atol=1e-5)
    assert net.bounds(x, 0.1, clip=None).margins.shape == (5, 2)


def test_an_end_that_was_left_off(tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed: files with a softmax are tried by the engine's own tests")
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.array([[1, 2], [3, -1]], np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Softmax", ["z"], ["y"], axis=1)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [weight],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    net = boundscope.load(model.SerializeToString())
    x = np.array([[0.5, 0.25], [0, 1]])
    logits = net.infer(x, logits=True)
    assert net.left_off == ["Softmax"] and np.allclose(logits, x @ [[1, 2], [3, -1]])
    assert np.allclose(net.infer(x).sum(axis=1), 1)
    found = net.bounds(x, 0)
    assert np.allclose(found.lower, logits) and np.allclose(found.upper, logits)
