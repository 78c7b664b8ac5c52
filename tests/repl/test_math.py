"""`--math`: cells with numpy, scipy and sympy are sealed like all others; without it they are told how to get them."""

from __future__ import annotations

import platform
from importlib.util import find_spec

import pytest
from repl_attacks import NATIVE, REFUSED
from repl_battery import Battery, lay_out
from repl_host import FUNCTIONS, VARIABLES, Host

from rlm_tui.repl import fork_client
from rlm_tui.repl.choose import open_sandbox, sandbox_report
from rlm_tui.repl.fork_client import ForkServer
from rlm_tui.repl.protocol import Limits, SandboxError, SandboxOptions
from rlm_tui.repl.sealed import SealedSandbox

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="the sealed sandbox is Linux only")
HARMLESS = ("import _posixsubprocess", "import fcntl", "import mmap")  # numpy and scipy have imported these themselves
needs_numpy = pytest.mark.skipif(not find_spec("numpy"), reason="numpy is not installed (pip install '.[math]')")
CELLS = [
    ("import numpy as np\nnp.arange(6).reshape(2, 3).sum(axis=1)", "array([ 3, 12])\n"),
    ("np.linalg.solve(np.eye(300) * 2, np.ones(300))[:2]", "array([0.5, 0.5])\n"),
    ("(np.random.default_rng(1).normal(size=(400, 400)) @ np.ones((400, 400))).shape", "(400, 400)\n"),
    ("float(np.percentile([1, 2, 3], 50)), np.fft.fft([1, 0]).real.tolist(), np.unique([2, 1, 2]).tolist()",
     "(2.0, [1.0, 1.0], [1, 2])\n"),
    ("np.array2string(np.float64(0.1) + np.array([0.2]), precision=2)", "'[0.3]'\n"),
    ("float(np.polynomial.Polynomial([1, 2])(3)), np.ma.masked_less([1, 5], 3).sum()", "(7.0, np.int64(5))\n"),
    ("np.loadtxt(['1 2', '3 4']).tolist(), np.datetime64('2026-01-02').astype(int).item()",
     "([[1.0, 2.0], [3.0, 4.0]], 20455)\n"),
]  # fmt: skip
SCIPY = [
    ("from scipy import stats, optimize\nround(float(stats.norm.cdf(1.96)), 3)", "0.975\n"),
    ("round(float(optimize.brentq(lambda x: x * x - 2, 0, 2)), 4)", "1.4142\n"),
    ("from scipy.sparse.csgraph import connected_components\nconnected_components(np.array([[0, 1], [0, 0]]))[0]", "1\n"),
    ("import scipy\nfloat(scipy.integrate.quad(lambda x: x, 0, 1)[0]), scipy.spatial.distance.euclidean([0], [2])",
     "(0.5, np.float64(2.0))\n"),
    ("round(float(scipy.stats.linregress([1, 2, 3], [2, 4, 6.1]).slope), 2)", "2.05\n"),
]  # fmt: skip
SYMPY = [
    ("import sympy\nx = sympy.symbols('x')\nsympy.solve(x**2 - 4, x)", "[-2, 2]\n"),
    ("sympy.integrate(sympy.sin(x), x), sympy.diff(x**3), sympy.factor(x**2 - 1)", "(-cos(x), 3*x**2, (x - 1)*(x + 1))\n"),
    ("sympy.sympify('2*x + 1').subs(x, 3), sympy.limit(sympy.sin(x) / x, x, 0)", "(7, 1)\n"),
]  # fmt: skip


async def test_without_it_a_cell_is_told_how_to_turn_it_on() -> None:
    sandbox = SealedSandbox()
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits())
    for package in ("numpy", "scipy.stats", "sympy"):
        error = (await session.run(f"import {package}")).error
        assert "started with --math, after pip install 'rlm-tui[math]'" in error
    assert "--math" not in (await session.run("import requests")).error
    await sandbox.close()


async def test_what_is_asked_for_and_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_client, "find_spec", lambda name: None)
    report = await sandbox_report("auto", SandboxOptions(math=True))
    assert report.name == ""  # and it is not Monty in its place
    assert "neither numpy, scipy nor sympy is installed: pip install 'rlm-tui[math]', or leave out --math" in str(
        report
    )


@pytest.mark.parametrize("name", ["monty", "docker"])
async def test_a_sandbox_that_cannot_do_it_says_so(name: str) -> None:
    with pytest.raises(SandboxError, match=r"No cell can run as was chosen .*leave"):
        await open_sandbox(name, SandboxOptions(math=True))


@needs_numpy
async def test_sums_can_be_done(tmp_path_factory: pytest.TempPathFactory) -> None:
    sandbox = SealedSandbox(ForkServer(math=True))
    session = await sandbox.session(FUNCTIONS, Host(), VARIABLES, Limits())
    cells = [*CELLS, *(SCIPY if find_spec("scipy") else []), *(SYMPY if find_spec("sympy") else [])]
    for code, expected in cells:
        result = await session.run(code)
        assert (result.output, result.error) == (expected, ""), code
    assert "MemoryError" in (await session.run("np.ones(1 << 28)")).error  # 2 GB
    battery = Battery(sandbox, tmp_path_factory.mktemp("math"))
    lay_out(battery.folder)
    for attacks in REFUSED.values():
        await battery.refused([attack for attack in attacks if attack not in HARMLESS])
    await battery.refused([
        "import numpy as np; np.fromfile(SECRET_PATH)",
        "import numpy as np; np.load(SECRET_PATH)",
        "import numpy as np; np.memmap(SECRET_PATH)",
        "import numpy as np; np.savetxt(FOLDER + '/a', [1])",
        "import numpy as np; np.ctypeslib.load_library('libc.so.6', '/lib')",
    ])  # fmt: skip
    await battery.called([(2, "SECRET_PATH.encode(), 0"), (41, "2, 1, 0"), (57, ""), (9, "0, 4096, 7, 0x22, -1, 0")])
    await battery.survived(
        [NATIVE + "for fd in range(4, 300):\n    if libc.syscall(ct.c_long(0), fd, 0, 0) == 0: print('BREACH')"]
    )
    assert (battery.succeeded, battery.harm()) == ([], [])
    await sandbox.close()
