"""Numbers are the command line's, bit for bit."""

import json

import numpy as np
import pytest
from conftest import CNN, MLP, TWO, digits

import boundscope


@pytest.mark.parametrize(
    ("method", "arithmetic", "options"),
    [
        ("ibp", "f64", {}),
        ("crown-ibp", "f32", {"lines": "adaptive"}),
        ("lbp", "sound", {}),
        ("crown-lbp", "f64", {"norm": 2, "clip": None}),
        ("crown", "f64", {}),
        ("crown", "sound", {"norm": "1", "clip": None}),
        ("crown", "f32", {"lines": "constant"}),
        ("relaxed-crown:1", "f64", {}),
        ("alpha-crown", "sound", {"steps": 3}),
        ("alpha-crown", "f32", {"steps": 3}),
    ],
)
def test_bounds(cli, mlp, method, arithmetic, options):
    x, _ = digits(3)
    found = mlp.bounds(x, 0.05, method, arithmetic=arithmetic, y=[7, 2, 1], **options)
    norm, clip = options.get("norm", "inf"), options.get("clip", (0, 1))
    words = ["--epsilon", 0.05, "--method", method, "--arithmetic", arithmetic, "--norm", norm]
    words += ["--clip", "{},{}".format(*clip)] if clip else []
    words += ["--lines", options.get("lines", "tight")]
    words += ["--steps", options["steps"]] if "steps" in options else []
    for place in range(3):
        told = cli("bounds", MLP, "--mnist", place, *words)
        assert np.array_equal(found.lower[place], told["logits"]["lower"])
        assert np.array_equal(found.upper[place], told["logits"]["upper"])
        assert np.array_equal(found.margins[place], told["margins"])
        assert len(found.layers) == len(told["layers"]) == 2
        for own, theirs in zip(found.layers, told["layers"]):
            assert np.array_equal(own.lower[place], theirs["lower"])
            assert np.array_equal(own.upper[place], theirs["upper"])
        assert bool(found.verified[place]) == told["verified"]
    assert found.label.tolist() == [7, 2, 1]


def test_bounds_of_an_input_of_ones_own(cli, two, tmp_path):
    x = np.array([[0.3, -0.25]])
    np.save(tmp_path / "x.npy", x[0])
    told = cli("bounds", TWO, "--input", tmp_path / "x.npy", "--epsilon", 0.1)
    found = two.bounds(x, 0.1, clip=None)
    assert np.array_equal(found.margins[0], told["margins"]) and found.label[0] == told["question"]["label"]
    outputs = cli("infer", TWO, "--input", tmp_path / "x.npy")["outputs"]
    assert np.array_equal(two.infer(x)[0], outputs)


@pytest.mark.parametrize(("method", "norm", "clip"), [("crown", "inf", (0, 1)), ("ibp", "2", None), ("alpha-crown", "inf", (0, 1))])
def test_radius(cli, mlp, method, norm, clip):
    x, y = digits(3)
    steps = {"steps": 2} if method == "alpha-crown" else {}
    found = mlp.radius(x, y, method, norm=norm, clip=clip, **steps)
    words = ["--clip", "0,1"] if clip else []
    words += ["--steps", 2] if steps else []
    told = cli("radius", MLP, "--mnist", "0-2", "--method", method, "--norm", norm, *words)["radii"]
    assert found.verified.tolist() == [row["verified"] for row in told]
    assert found.unverified.tolist() == [row["unverified"] for row in told]


def test_verify(cli, two, question):
    far, near = question(two.outputs, "(assert (>= Y_0 1000))"), question(two.outputs, "(assert (<= Y_0 1000))")
    for path, answer in [(far, "unsat"), (near, "sat")]:
        told = cli("verify", path, "--network", TWO, "--threads", 1)
        found = two.verify(path, threads=1)
        assert found.answer == told["answer"] == answer
        assert found.words == told["question"]["words"]
        assert (found.domains, found.leaves) == (told["domains"], told["leaves"])
    assert np.array_equal(found.counterexample.input, np.float32(told["counterexample"]["input"]))
    assert np.array_equal(found.counterexample.outputs, told["counterexample"]["outputs"])
    assert two.verify(far.read_bytes()).answer == "unsat"
    with pytest.raises(boundscope.QuestionError, match="neither true nor false"):
        bool(found)


def test_verify_an_input(cli, mlp):
    x, _ = digits(1)
    told = cli("verify", MLP, "--mnist", 0, "--epsilon", 0.05, "--clip", "0,1", "--threads", 1)
    found = mlp.verify_input(x, 7, 0.05, threads=1)
    assert found.answer == told["answer"] == "unsat" and found.words == told["question"]["words"]


def test_certificates_are_the_same_files(cli, mlp, tmp_path):
    x, y = digits(2)
    out = tmp_path / "theirs"
    cli("certify", MLP, "--mnist", "0-1", "--epsilon", 0.05, "--clip", "0,1", "--out", out)
    made = mlp.certify(x, y, 0.05)
    assert made.certified.all() and made.why == [None, None]
    for own, path in zip(made.save(tmp_path / "own"), sorted(out.iterdir())):
        with open(own, "rb") as file:
            assert file.read() == path.read_bytes()
        told = cli("check", path, MLP)
        found = boundscope.check(own, MLP)
        assert found and found.accepted
        for name in ["network", "norm", "epsilon", "clip", "label", "margins"]:
            assert found.facts[name] == told[name], name
    assert boundscope.check(made[0], mlp).facts["label"] == 7


def test_certificates_of_searches(cli, two, question, tmp_path):
    path = question(two.outputs, "(assert (>= Y_0 1000))")
    made = two.verify(path, certificate=True)
    made.certificate.save(tmp_path / "own.json")
    assert cli("check", tmp_path / "own.json", TWO, "--query", path)["accepted"]
    assert boundscope.check(made.certificate, two, path).facts["boxes"] == 1
    other = question(two.outputs, "(assert (>= Y_0 1001))")
    refused = boundscope.check(made.certificate, two, other)
    assert not refused and "another question" in refused.why
    none = two.verify(question(two.outputs, "(assert (<= Y_0 1000))"), certificate=True)
    assert none.certificate is None and "the answer is sat" in none.unwritten


def test_a_changed_certificate_is_refused(mlp):
    x, y = digits(1)
    text = mlp.certify(x, y, 0.05)[0].text
    facts = json.loads(text)
    facts["claim"]["label"] = 3
    refused = boundscope.check(json.dumps(facts).encode(), mlp)
    assert not refused and refused.why and refused.facts == {}
    assert "not a valid" in boundscope.check(b"{}", mlp).why


def test_an_open_claim_has_no_certificate(mlp):
    x, y = digits(2)
    made = mlp.certify(x, y, 0.9, method="ibp")
    assert list(made) == [None, None] and made.why == ["not certified by ibp"] * 2 and not made.certified.any()


def test_convolutions_too(cli):
    x, _ = digits(1)
    found = boundscope.load(CNN).bounds(x, 0.1, "crown-ibp", y=7)
    told = cli("bounds", CNN, "--mnist", 0, "--epsilon", 0.1, "--clip", "0,1", "--method", "crown-ibp")
    assert np.array_equal(found.margins[0], told["margins"])
