"""What the tests share: the repository's networks and digits, and the command line that answers are held to."""

import gzip
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import boundscope

ROOT = Path(__file__).resolve().parents[3]
MLP = ROOT / "assets/models/mnist-mlp-ibp.safetensors.gz"
CNN = ROOT / "assets/models/mnist-dm-small-ibp-ramp.safetensors.gz"
# Not decided in minutes whether any input within HARD of the first digit gets another class than 7.
NORMAL, HARD = ROOT / "assets/models/mnist-dm-small-normal.safetensors.gz", 0.03
TWO = ROOT / "tests/cases/two.safetensors"
ONE = ROOT / "tests/cases/one-output.safetensors"


def digits(count):
    """The first MNIST test images in [0, 1], [count, 1, 28, 28], and their classes."""
    shard = gzip.decompress((ROOT / "assets/mnist/test-00.gz").read_bytes())
    images = int.from_bytes(shard[4:8], "big")
    pixels = np.frombuffer(shard, np.uint8, images * 784, 16).reshape(images, 1, 28, 28)
    labels = np.frombuffer(shard, np.uint8, images, 24 + 784 * images)
    # As the command line has them: divided in float32.
    return (pixels[:count].astype(np.float32) / np.float32(255)), labels[:count].astype(np.int64)


@pytest.fixture(scope="session")
def cli():
    """Runs the command line, and gives its JSON."""
    program = os.environ.get("BOUNDSCOPE_CLI")
    if not program:
        pytest.skip("BOUNDSCOPE_CLI does not name the command line to compare with")

    def run(*words):
        done = subprocess.run([program, *map(str, words), "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def mlp():
    return boundscope.load(MLP)


@pytest.fixture(scope="session")
def two():
    return boundscope.load(TWO)


@pytest.fixture
def question(tmp_path):
    """Writes a VNN-LIB question about two inputs in [-1, 1]."""

    def write(outputs, conditions):
        names = ["X_0", "X_1", *(f"Y_{place}" for place in range(outputs))]
        text = "".join(f"(declare-const {name} Real)\n" for name in names)
        text += "(assert (and (<= X_0 1) (>= X_0 -1) (<= X_1 1) (>= X_1 -1)))\n"
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.vnnlib"
        path.write_text(text + conditions)
        return path

    return write
