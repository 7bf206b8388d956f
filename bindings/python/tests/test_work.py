"""Long work: the interpreter stays free, a callback hears of it, and both a callback and Ctrl-C end it."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import CNN, HARD, MLP, NORMAL, digits

import boundscope


@pytest.fixture(scope="module")
def long():
    """Something that takes far longer than any test waits."""
    net = boundscope.load(CNN)
    x, y = digits(250)
    return lambda **options: net.radius(x, y, "crown", **options)


class Enough(Exception):
    pass


def test_a_callback_hears_how_far_it_is(mlp):
    x, y = digits(20)
    heard = []
    mlp.radius(x, y, progress=lambda share, facts: heard.append((share, facts)))
    shares = [share for share, _ in heard]
    assert shares == sorted(shares) and shares[-1] == 1 and heard[-1][1] == {"done": 20, "of": 20}
    with pytest.raises(TypeError, match="progress is a function"):
        mlp.radius(x, y, progress=3)


def test_a_callback_ends_the_work(long):
    def enough(share, facts):
        raise Enough(facts)

    start = time.monotonic()
    with pytest.raises(Enough):
        long(progress=enough)
    assert time.monotonic() - start < 20


def test_other_threads_run_meanwhile():
    net = boundscope.load(NORMAL)
    x, _ = digits(1)
    counted, done = 0, threading.Event()

    def count():
        nonlocal counted
        while not done.is_set():
            time.sleep(0.01)
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    try:
        found = net.verify_input(x, 7, HARD, timeout=1.5)
    finally:
        done.set()
        thread.join()
    assert found.answer == "timeout" and found.spent == "time" and found.worst_open_bound < 0
    assert counted > 30


def test_two_threads_ask_at_once(mlp):
    x, y = digits(6)
    expected = mlp.bounds(x, 0.05, y=y).margins
    found = [None] * 4

    def ask(place):
        found[place] = mlp.bounds(x, 0.05, y=y).margins

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all(np.array_equal(own, expected) for own in found)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
@pytest.mark.parametrize("ask", ["radius", "verify"])
def test_ctrl_c_ends_the_work(ask):
    call = {
        "radius": "net.radius(x, y, 'crown')",
        "verify": f"boundscope.load(NORMAL).verify_input(x[:1], 7, {HARD}, timeout=600)",
    }[ask]
    program = (
        # Whoever runs the tests in the background may have had the signal ignored.
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.path.insert(0, sys.argv[1])\n"
        "from conftest import CNN, NORMAL, digits\n"
        "import boundscope\n"
        "net = boundscope.load(CNN); x, y = digits(250)\n"
        "print('ready', flush=True)\n"
        "try:\n"
        f"    found = {call}\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
        "else:\n"
        "    print('answered', found, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, os.path.dirname(__file__)], stdout=subprocess.PIPE, text=True)
    late = threading.Timer(60, child.kill)
    late.start()
    try:
        assert child.stdout.readline() == "ready\n"
        time.sleep(1)
        start = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
        assert time.monotonic() - start < 20 and child.wait(20) == 0
    finally:
        late.cancel()
        child.kill()
        child.wait()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_says_so_instead_of_hanging():
    program = (
        "import os, sys, warnings; warnings.simplefilter('ignore'); sys.path.insert(0, sys.argv[1])\n"
        "from conftest import MLP, digits\n"
        "import boundscope\n"
        "net = boundscope.load(MLP); x, y = digits(1)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        net.bounds(x, 0.1)\n"
        "    except boundscope.Error as error:\n"
        "        os._exit(0 if 'spawn' in str(error) else 3)\n"
        "    os._exit(4)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, os.path.dirname(__file__)], timeout=60, check=False)
    assert done.returncode == 0


def test_stubs_name_what_there_is():
    import ast
    from importlib import resources

    from boundscope import _native

    stubs = ast.parse(resources.files(boundscope).joinpath("_native.pyi").read_text("utf-8"))
    told = {node.name for node in stubs.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert told == {name for name in dir(_native) if not name.startswith("_")} - {"VERSION"}
    (network,) = (node for node in stubs.body if isinstance(node, ast.ClassDef))
    assert {node.name for node in network.body} == {name for name in dir(_native.Network) if not name.startswith("_")}
    assert resources.files(boundscope).joinpath("py.typed").is_file()
    assert boundscope.__version__.count(".") == 2


def test_everything_that_is_public_is_explained():
    for name in boundscope.__all__:
        assert getattr(boundscope, name).__doc__, name
    for name in dir(boundscope.Network):
        if not name.startswith("_"):
            assert getattr(boundscope.Network, name).__doc__, name
    assert MLP.is_file()
