"""Definitions moved to another file, in small repositories: what is cut, brought, adapted, left, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest
from moved_code import Move, moved


@pytest.fixture
def move(tmp_path: Path) -> Move:
    """Move in files given as text, below a folder of the test's own."""
    return partial(moved, tmp_path)


PYTHON = {
    "app/__init__.py": """
        from .a import send
        __all__ = ["send"]
        """,
    "app/a.py": '''
        """A."""
        from __future__ import annotations

        import os
        import re
        from typing import TYPE_CHECKING

        from . import c
        from .c import deco

        if TYPE_CHECKING:
            from .d import D

        LIMIT = 3


        # It sends,
        # and more.
        @deco
        def send(x: D, n=LIMIT) -> int:
            """send it"""
            from .c import other
            return re.compile(x), other(), [os for os in x], c.deco


        def third(t):
            return os.path
        ''',
    "app/b.py": """
        from app.a import send


        def use_it():
            return send("b")


        if __name__ == "__main__":
            use_it()
        """,
    "app/c.py": "def deco(f):\n    return f\n\n\ndef other():\n    return 1\n",
    "app/d.py": "class D: ...\n",
    "e.py": """
        from app import send as s2, a
        import app
        import app.a
        s2("1"); app.send("2"); app.a.send("3"); a.send("4")
        from app.a import (
            send,
            third,
        )
        send("5")
        """,
}


def test_a_function_of_python_goes_with_what_it_needs(move: Move, tmp_path: Path) -> None:
    found, changed = move(PYTHON, "app/a.py::send", "app/b.py")
    assert changed["app/__init__.py"] == 'from .b import send\n__all__ = ["send"]\n'
    assert changed["app/a.py"] == dedent(
        '''
        """A."""
        from __future__ import annotations

        import os

        LIMIT = 3


        def third(t):
            return os.path
        '''
    ).lstrip("\n")
    assert changed["app/b.py"] == dedent(
        '''
        from __future__ import annotations

        import re
        from typing import TYPE_CHECKING

        from app.a import LIMIT

        from . import c
        from .c import deco

        if TYPE_CHECKING:
            from .d import D


        def use_it():
            return send("b")


        # It sends,
        # and more.
        @deco
        def send(x: D, n=LIMIT) -> int:
            """send it"""
            from .c import other
            return re.compile(x), other(), [os for os in x], c.deco


        if __name__ == "__main__":
            use_it()
        '''
    ).lstrip("\n")
    assert changed["e.py"] == dedent(
        """
        from app import send as s2, b
        import app
        import app.a
        s2("1"); app.send("2"); app.b.send("3"); b.send("4")
        from app.a import (
            third,
        )
        from app.b import send
        import app.b
        send("5")
        """
    ).lstrip("\n")
    assert [f"{hit.path}:{hit.line}" for hit in found.mentions] == ["app/a.py:21"]
    assert "from outside" not in "".join(found.notes)
    assert any("imports send from app/a.py would break" in note for note in found.notes)
    subprocess.run([sys.executable, "e.py"], cwd=tmp_path / "code", check=True)


def test_an_own_import_of_several_names_and_a_new_file(move: Move, tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": """
            __all__ = ["One", "two", "three"]


            class One: ...


            def two() -> "One":
                return One()


            three = 3
            """,
        "use.py": "from pkg.a import One, three, two\n\nassert isinstance(two(), One), three\n",
        "star.py": "from pkg.a import *\n\nassert three and One\n",
    }
    _, changed = move(files, "pkg/a.py::One pkg/a.py::two", "pkg/inner/new.py")
    assert changed["pkg/a.py"] == '__all__ = ["three"]\n\n\nthree = 3\n'
    assert changed["pkg/inner/new.py"] == 'class One: ...\n\n\ndef two() -> "One":\n    return One()\n'
    assert (
        changed["use.py"]
        == "from pkg.a import three\nfrom pkg.inner.new import One, two\n\nassert isinstance(two(), One), three\n"
    )
    assert changed["star.py"] == "from pkg.a import *\nfrom pkg.inner.new import One\n\nassert three and One\n"
    subprocess.run([sys.executable, "-c", "import use, star"], cwd=tmp_path / "code", check=True)


def test_the_old_name_is_kept_where_it_is_asked_for(move: Move) -> None:
    files = {"a.py": "X = 1\n\n\ndef f():\n    return 2\n", "b.py": "import a\n\nprint(a.f())\n"}
    found, changed = move(files, "a.py::f", "c.py", keep=True)
    assert changed["a.py"] == "from c import f  # noqa: F401\n\nX = 1\n"
    assert changed["b.py"] == "import c\n\nprint(c.f())\n"
    assert found.notes == ("c.py is a new file",)


def test_what_nothing_else_uses_moves_along(move: Move) -> None:
    files = {
        "a.py": "_A = 1\n_B = _A\n_C = 3\n\n\ndef f():\n    return _B, _C\n\n\ndef g():\n    return f(), _C\n",
        "b.py": "import os\n\nprint(os)\n",
    }
    with pytest.raises(ValueError, match=r"a.py -> b.py -> a.py: move `_C` with it, or first"):
        move(files, "a.py::f", "b.py")
    files["a.py"] = files["a.py"].replace("return f(), _C", "return f()")
    found, changed = move(files, "a.py::f", "b.py")
    assert changed["a.py"] == "from b import f\n\n\ndef g():\n    return f()\n"
    assert changed["b.py"].endswith("_A = 1\n_B = _A\n_C = 3\n\n\ndef f():\n    return _B, _C\n")
    assert "`_B`, `_C`, `_A` of a.py moves along: nothing else uses it" in found.notes


def test_types_in_strings_come_below_type_checking(move: Move) -> None:
    files = {
        "a.py": 'from typing import cast\n\n\nclass A: ...\n\n\ndef f(x: "A"):\n    return cast("A", x)\n\n\nprint(A)\n',
        "b.py": "import os\n\n\ndef g():\n    return os\n",
    }
    _, changed = move(files, "a.py::f", "b.py")
    head = "import os\nfrom typing import TYPE_CHECKING, cast\n\nif TYPE_CHECKING:\n    from a import A\n\n\ndef g():"
    assert changed["b.py"].startswith(head)


def test_what_stands_for_a_line_end_and_a_mark_is_kept(move: Move) -> None:
    files = {"a.py": "\ufeffx = 1\r\n\r\n\r\ndef f():\r\n    return 1\r\n", "b.py": "y = 2\r\n"}
    _, changed = move(files, "a.py::f", "b.py")
    assert changed == {"a.py": "\ufeffx = 1\r\n", "b.py": "y = 2\r\n\r\n\r\ndef f():\r\n    return 1\r\n"}


@pytest.mark.parametrize(
    ("files", "target", "path", "says"),
    [
        (
            {"a.py": "class A:\n    def f(self): ...\n"},
            "A.f",
            "b.py",
            "A.f is part of A: move A, or make it a function",
        ),
        ({"a.py": "if 1:\n    def f(): ...\n"}, "f", "b.py", "does not stand by itself at the top of its file"),
        ({"a.py": "def f(): ...\n", "b.py": "f = 1\n"}, "a.py::f", "b.py", "b.py has a `f` already"),
        ({"a.py": "def f(): ...\n"}, "f", "a.py", "f stands in a.py already"),
        ({"a.py": "def f(): ...\n"}, "f", "b.js", "b.js would not be a file of python"),
        ({"a.py": "def f(): ...\n"}, "f", "../b.py", "no path below the root"),
        ({"a.py": "x = 1; y = 2\n"}, "x", "b.py", "other code on its lines"),
        (
            {"a.py": "N = 0\n\n\ndef f():\n    global N\n    N += 1\n"},
            "f",
            "b.py",
            "assigns `N` of a.py (`global`, line 5)",
        ),
        (
            {"a.py": "def g(): ...\n\n\ndef f():\n    g()\n\n\nf()\n"},
            "f",
            "b.py",
            "a.py -> b.py -> a.py: move `g` with it, or first",
        ),
        (
            {"a.py": "import os\n\n\ndef f():\n    os.getcwd()\n", "b.py": "from d import os\n", "d.py": "os = 1\n"},
            "f",
            "b.py",
            "`os` is another thing in b.py (line 1)",
        ),
        ({"A.kt": "fun f() {}\n"}, "f", "B.kt", "f is kotlin: definitions are moved in "),
        ({"a.py": "def f(): ...\n\n\nx = = 3\n"}, "f", "b.py", "a.py:4 is not understood by the parser"),
        ({"a.py": "__all__ = []\n"}, "__all__", "b.py", "`__all__` tells of a.py itself"),
        ({"a.md": "# f\n"}, "f", "b.md", "only code is moved"),
    ],
)
def test_what_cannot_be_moved_is_said(move: Move, files: dict[str, str], target: str, path: str, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        move(files, target, path)
    assert says in str(caught.value)
