"""What is given and what comes out: shapes, types, order in memory; and what is refused."""

import numpy as np
import pytest
from conftest import MLP, ONE, digits

import boundscope


def test_a_network_says_what_it_is(mlp):
    assert mlp.input_shape in [(1, 28, 28), (784,)] and mlp.outputs == 10
    assert len(mlp.hash) == 64 and mlp.hash[:12] in repr(mlp)
    assert mlp.left_off == [] and mlp.report["layers"]


def test_shapes_and_types_of_answers(mlp):
    x, y = digits(3)
    found = mlp.bounds(x, 0.02)
    assert found.lower.shape == found.upper.shape == (3, 10) and found.margins.shape == (3, 9)
    assert [layer.lower.shape for layer in found.layers] == [(3, 64), (3, 32)]
    for array in [found.lower, found.upper, found.margins, found.layers[0].upper]:
        assert array.dtype == np.float64
        array[0, 0] = 0  # arrays are the caller's own
    assert found.label.dtype == np.int64 and found.verified.dtype == np.bool_ and found.verified.shape == (3,)
    outputs = mlp.infer(x)
    assert outputs.shape == (3, 10) and outputs.dtype == np.float64
    assert np.array_equal(found.label, outputs.argmax(axis=1))
    attacked = mlp.attack(x, y, 0.02)
    assert attacked.point.shape == (3, *mlp.input_shape) and attacked.point.dtype == np.float32
    assert attacked.margins.shape == (3, 9) and attacked.worst.shape == attacked.broken.shape == (3,)
    radius = mlp.radius(x, y, "ibp")
    assert radius.verified.shape == radius.unverified.shape == (3,) and radius.verified.dtype == np.float64


def test_bounds_hold_what_an_attack_finds(mlp):
    x, y = digits(4)
    attacked, found = mlp.attack(x, y, 0.1, restarts=2), mlp.bounds(x, 0.1, y=y)
    assert (attacked.margins >= found.margins - 1e-4).all() and not (found.verified & attacked.broken).any()
    assert (abs(attacked.point.reshape(4, -1) - x.reshape(4, -1)) <= 0.1 + 1e-7).all()
    outputs = mlp.infer(attacked.point)
    assert (outputs >= found.lower - 1e-9).all() and (outputs <= found.upper + 1e-9).all()
    assert mlp.attack(x, y, 0.9, steps=40).broken.any()
    again = mlp.attack(x, y, 0.1, restarts=2)
    assert np.array_equal(again.point, attacked.point)


@pytest.mark.parametrize("shape", [(3, 784), (3, 28, 28), (3, 1, 28, 28), (3, 1, 1, 28, 28)])
def test_inputs_in_every_shape(mlp, shape):
    x, _ = digits(3)
    assert np.array_equal(mlp.infer(x.reshape(shape)), mlp.infer(x))


@pytest.mark.parametrize("shape", [(784,), (28, 28), (3, 783), (28, 28, 3), (3, 28, 28, 1), (), (3, 2, 392)])
def test_other_shapes_are_refused(mlp, shape):
    with pytest.raises(boundscope.QuestionError, match="the batch comes first"):
        mlp.infer(np.zeros(shape))


def test_one_input_alone_is_told_how(mlp):
    with pytest.raises(boundscope.QuestionError, match=r"one input alone is x\[None\]"):
        mlp.bounds(np.zeros(784), 0.1)


def test_order_in_memory_does_not_count(mlp):
    x, y = digits(4)
    wide = np.zeros((8, 28, 56))
    wide[::2, :, ::2] = x[:, 0]
    views = [wide[::2, :, ::2], np.asfortranarray(x), x[:, :, ::-1][:, :, ::-1], x.astype(">f4"), x.astype(np.float64)]
    expected = mlp.bounds(x, 0.05, y=y).margins
    for view in views:
        assert np.array_equal(mlp.bounds(view, 0.05, y=y).margins, expected)
    assert np.array_equal(mlp.bounds(x.tolist(), 0.05, y=y.tolist()).margins, expected)


def test_a_batch_gives_what_each_input_gives(mlp):
    x, y = digits(5)
    together = mlp.bounds(x, 0.05, y=y)
    for place in range(5):
        alone = mlp.bounds(x[place : place + 1], 0.05, y=y[place])
        assert np.array_equal(alone.margins[0], together.margins[place])


def test_the_first_input_that_is_wrong_is_named(mlp):
    x, y = digits(40)
    x[7, 0, 3, 3], x[31, 0, 0, 0] = np.nan, np.inf
    for ask in [lambda: mlp.infer(x), lambda: mlp.bounds(x, 0.1, clip=None), lambda: mlp.radius(x, y, "ibp", clip=None)]:
        with pytest.raises(boundscope.QuestionError, match="element 87 of image 7 is NaN"):
            ask()


def test_rows_of_ones_own(mlp):
    x, y = digits(3)
    C = np.zeros((3, 9, 10))
    for image, label in enumerate(y):
        for row, other in enumerate(np.delete(np.arange(10), label)):
            C[image, row, label], C[image, row, other] = 1, -1
    for method, steps in [("crown", None), ("ibp", None), ("alpha-crown", 2)]:
        found = mlp.bounds(x, 0.05, method, C=C, arithmetic="sound", steps=steps)
        margins = mlp.bounds(x, 0.05, method, y=y, arithmetic="sound", steps=steps).margins
        assert found.lower.shape == found.upper.shape == (3, 9)
        assert found.margins is None and found.label is None and found.verified is None
        assert np.allclose(found.lower, margins, atol=1e-9) and (found.upper > found.lower).all()
        assert [layer.lower.shape for layer in found.layers] == [(3, 64), (3, 32)]
    same = mlp.bounds(x, 0.05, C=np.eye(10))
    plain = mlp.bounds(x, 0.05)
    assert np.allclose(same.lower, plain.lower, atol=1e-9) and np.allclose(same.upper, plain.upper, atol=1e-9)
    for bad in [np.eye(9), np.zeros((2, 9, 10)), np.zeros(10), np.zeros((0, 10)), np.full((1, 10), np.nan), np.eye(10) * 1j]:
        with pytest.raises(boundscope.QuestionError, match="C "):
            mlp.bounds(x, 0.05, C=bad)
    with pytest.raises(boundscope.QuestionError, match="give C or y"):
        mlp.bounds(x, 0.05, C=np.eye(10), y=y)


def test_one_output_has_no_margins():
    net = boundscope.load(ONE)
    x = np.zeros((2, *net.input_shape))
    found = net.bounds(x, 0.1)
    assert found.margins is None and found.verified is None and found.lower.shape == (2, 1)
    with pytest.raises(boundscope.QuestionError, match="one output"):
        net.radius(x, 0)


@pytest.mark.parametrize("ask", ["infer", "bounds", "radius", "certify", "attack"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x[:0], "the set is empty"),
        (lambda x: np.where(np.arange(784).reshape(1, 28, 28) == 5, np.nan, x), "element 5 of image 0 is NaN"),
        (lambda x: np.concatenate([x[:1], np.full_like(x[1:], np.inf)], axis=0), "of image 1 is"),
        (lambda x: x.astype(str), "not real numbers"),
        (lambda x: x * 1j, "not real numbers"),
    ],
)
def test_inputs_that_are_refused(mlp, ask, change, words):
    x, y = digits(2)
    x = change(x.reshape(2, 1, 28, 28))
    call = {
        "infer": lambda: mlp.infer(x),
        "bounds": lambda: mlp.bounds(x, 0.1, clip=None),
        "radius": lambda: mlp.radius(x, y[: len(x)], clip=None),
        "certify": lambda: mlp.certify(x, y[: len(x)], 0.1, clip=None),
        "attack": lambda: mlp.attack(x, y[: len(x)], 0.1, clip=None),
    }[ask]
    with pytest.raises(boundscope.QuestionError, match=words):
        call()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"eps": -1}, "must be a finite number"),
        ({"eps": float("nan")}, "must be a finite number"),
        ({"method": "crwn"}, 'unknown method "crwn": use one of ibp'),
        ({"method": "relaxed-crown:0"}, "unknown method"),
        ({"lines": "loose"}, "unknown lines"),
        ({"norm": 3}, 'unknown norm "3"'),
        ({"norm": 2}, r"leave out the clip \(clip=None\)"),
        ({"clip": (1, 0)}, "outside of the clip range|empty or not finite"),
        ({"clip": 1}, "for instance"),
        ({"clip": (0, 0.5)}, "outside of the clip range"),
        ({"arithmetic": "f16"}, "unknown arithmetic"),
        ({"steps": 5}, "steps is for alpha-crown"),
        ({"method": "alpha-crown", "steps": 100_001}, "no number of steps"),
        ({"y": 10}, "no class of the network"),
        ({"y": -1}, "counted from 0"),
        ({"y": 1.5}, "whole numbers"),
        ({"y": [1, 2, 3]}, "3 labels for 2 images"),
        ({"y": [[1], [2]]}, r"is \[batch\]"),
    ],
)
def test_questions_that_are_refused(mlp, options, words):
    x, _ = digits(2)
    with pytest.raises(boundscope.QuestionError, match=words):
        mlp.bounds(x, **{"eps": 0.1, **options})


def test_words_of_other_types_are_refused_by_python(mlp):
    x, y = digits(1)
    for wrong in [lambda: mlp.bounds(x, "0.1"), lambda: mlp.bounds(x, 0.1, steps=1.5), lambda: mlp.attack(x, y, 0.1, steps=-1)]:
        with pytest.raises((TypeError, OverflowError)):
            wrong()
    with pytest.raises(boundscope.QuestionError, match="number of steps"):
        mlp.attack(x, y, 0.1, steps=0)
    with pytest.raises(boundscope.QuestionError, match="above 0"):
        mlp.radius(x, y, largest=0)
    with pytest.raises(boundscope.QuestionError, match="no method"):
        mlp.certify(x, y, 0.1, method=[])


def test_as_users_of_other_tools_write_it(mlp):
    x, y = digits(2)
    lower, upper = mlp.bounds(x, 0.1, method="CROWN-IBP", norm=np.inf)
    found = mlp.bounds(x, 0.1, "crown-ibp")
    assert np.array_equal(lower, found.lower) and np.array_equal(upper, found.upper)
    made = mlp.certify(x, y, 0.02, method="IBP, CROWN")
    assert [certificate.method in ("ibp", "crown") for certificate in made] == [True, True]


def test_norms_as_numbers(mlp):
    x, y = digits(1)
    for word, number in [("inf", np.inf), ("2", 2), ("1", 1.0)]:
        clip = (0, 1) if word == "inf" else None
        one, other = (mlp.bounds(x, 0.1, norm=norm, clip=clip, y=y).margins for norm in [word, number])
        assert np.array_equal(one, other)


def test_errors_are_of_the_package(tmp_path):
    with pytest.raises(boundscope.ModelError, match="nowhere.onnx: "):
        boundscope.load(tmp_path / "nowhere.onnx")
    with pytest.raises(boundscope.Error):
        boundscope.load(b"no model at all")
    assert issubclass(boundscope.ModelError, ValueError) and issubclass(boundscope.QuestionError, boundscope.Error)
    with pytest.raises(boundscope.FileError, match="question cannot be read"):
        boundscope.load(MLP).verify(tmp_path / "nowhere.vnnlib")
    with pytest.raises(boundscope.QuestionError, match="VNN-LIB"):
        boundscope.load(MLP).verify(b"(assert")
