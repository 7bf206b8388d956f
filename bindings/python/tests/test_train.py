"""Training: the command line's networks to the last bit, plans, runs that are stopped and gone on with, and files that are written."""

import gzip
import json
import os
import subprocess

import numpy as np
import pytest
from conftest import CNN, MLP, ROOT

import boundscope


def digits(count):
    """The first MNIST training images."""
    shard = gzip.decompress((ROOT / "assets/mnist/train-00.gz").read_bytes())
    pixels = np.frombuffer(shard, np.uint8, 784_000, 16).reshape(1000, 1, 28, 28)
    return pixels[:count].astype(np.float32) / np.float32(255), np.frombuffer(shard, np.uint8, count, 24 + 784_000)


PLAN = boundscope.plan("mlp:16-8", loss="crown-ibp", activation="ramp:0.1", epsilon=0.05, epochs=3, batch=50, seed=7)


def test_a_plan_is_whole_and_checked():
    assert PLAN["architecture"] == "mlp:16-8" and PLAN["seed"] == 7 and PLAN["schedules"]["epsilon"]["points"]
    blocks = [{"op": "flatten"}, {"op": "linear", "outputs": 8}, {"op": "activation"}]
    assert boundscope.plan(blocks)["architecture"].startswith("[")
    assert boundscope.plan(learning_rate=0.1)["schedules"]["learning_rate"]["points"][0] == [0, 0.1]
    for wrong, words in [
        ({"epochs": 0}, "the plan's epochs is 0"),
        ({"architecture": "mlp:x"}, "unknown architecture"),
        ({"loss": "hinge"}, "hinge"),
        ({"epsilon": float("nan")}, "the plan"),
    ]:
        with pytest.raises(boundscope.QuestionError, match=words):
            boundscope.plan(**wrong)


def test_the_same_network_as_the_command_line(tmp_path):
    program = os.environ.get("BOUNDSCOPE_CLI")
    if not program:
        pytest.skip("BOUNDSCOPE_CLI does not name the command line to compare with")
    words = "train --arch mlp:16-8 --loss crown-ibp --activation ramp:0.1 --epsilon 0.05 --epochs 3 --batch 50 --seed 7"
    out = tmp_path / "m.safetensors"
    words = [program, *words.split(), "--data", "mnist-train:300", "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
    heard = []
    net = boundscope.train(PLAN, *digits(300), progress=lambda share, facts: heard.append((share, facts)))
    assert net.hash == boundscope.load(out).hash
    assert json.loads(out.with_suffix(".json").read_text())["plan"] == PLAN
    assert heard[-1][0] == 1 and heard[-1][1]["step"] == 17 and heard[-1][1]["epsilon"] == 0.05
    net.save(tmp_path / "own.safetensors")
    assert (tmp_path / "own.safetensors").read_bytes() == out.read_bytes()


class Enough(Exception):
    pass


def test_a_run_that_is_stopped_goes_on_to_the_same_network(tmp_path):
    x, y = digits(300)
    long = boundscope.plan("mlp:16-8", epsilon=0.05, epochs=150, batch=50)
    file = tmp_path / "state"

    def enough(share, facts):
        assert share < 1
        raise Enough

    with pytest.raises(Enough):
        boundscope.train(long, x, y, checkpoint=file, progress=enough)
    assert boundscope.load(file).outputs == 10
    with pytest.raises(boundscope.QuestionError, match="is on 300 images, not on 200"):
        boundscope.train(None, x[:200], y[:200], classes=10, resume=file)
    with pytest.raises(boundscope.QuestionError, match="one of both"):
        boundscope.train(long, x, y, resume=file)
    whole = boundscope.train(json.dumps(long), x, y)
    assert boundscope.train(None, x, y, resume=file).hash == whole.hash
    assert boundscope.train(None, x, y, resume=file.read_bytes()).hash == whole.hash
    with pytest.raises(Enough):
        boundscope.train(long, x, y, checkpoint=tmp_path / "none" / "state", progress=enough)


def test_data_that_are_refused():
    x, y = digits(20)
    for wrong, words in [
        (lambda: boundscope.train(PLAN, x + 1, y), r"outside \[0, 1\]"),
        (lambda: boundscope.train(PLAN, x, y[:5]), "5 classes for 20 inputs"),
        (lambda: boundscope.train(PLAN, x, y, classes=3), "no class of 3"),
        (lambda: boundscope.train(PLAN, x[:, 0], y), "training takes"),
        (lambda: boundscope.train(PLAN, x[:0], y[:0]), "empty"),
        (lambda: boundscope.train(PLAN, x, y.astype(int) + 300), "256 classes"),
        (lambda: boundscope.train({**PLAN, "bogus": 1}, x, y), "unknown field `bogus`"),
        (lambda: boundscope.train({"epochs": 1}, x, y), "missing field"),
        (lambda: boundscope.train(None, x, y), "one of both"),
        (lambda: boundscope.train(None, x, y, resume=b"no checkpoint"), "not"),
    ]:
        with pytest.raises(boundscope.Error, match=words):
            wrong()


def test_networks_are_written(tmp_path):
    net = boundscope.load(MLP)
    for name in ["a.safetensors", "a.safetensors.gz", "a.ONNX"]:
        net.save(tmp_path / name)
        assert boundscope.load(tmp_path / name).hash == net.hash
    with pytest.raises(boundscope.QuestionError, match="the ending says what is written"):
        net.save(tmp_path / "a.pt")
    with pytest.raises(boundscope.FileError, match="cannot be written"):
        net.save(tmp_path / "none" / "a.onnx")


def test_numbers_that_onnx_rounds_are_told(tmp_path):
    layers = {"input_shape": [1], "layers": [{"op": "linear", "weight": "w"}, {"op": "leaky_relu", "slope": 0.1}]}
    np.savez(tmp_path / "w.npz", w=np.ones((1, 1), np.float32))
    net = boundscope.load(tmp_path / "w.npz", layers=layers)
    with pytest.warns(UserWarning, match=r"slope = 0.1 is rounded to f32"):
        net.save(tmp_path / "a.onnx")
    assert CNN.is_file()
