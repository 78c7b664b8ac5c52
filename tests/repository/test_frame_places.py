"""Frames of tracebacks in a checkout that is not quite the one that ran: other folders, moved lines, other projects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rlm_tui.repository.errors.frame_names import names_of
from rlm_tui.repository.errors.frame_places import failures
from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import Frame

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/shelf.py": '''"""Shelves."""

# three lines
# were put in
# since then


class Shelf:
    def __init__(self):
        self.items = {}

    def at(self, n):
        return self.items[n]

    @property
    @functools.cache
    def first(self):
        return self.items[0]

    def renamed(self, n):
        found = self.at(n)
        return found
''',
    "src/shop/utils.py": "def clamp(value):\n    return min(value, 3)\n",
    "server/shelf/shelf.go": """package shelf

type Shelf struct{ items []int }

func (s *Shelf) At(n int) int {
	return s.items[n]
}
""",
    "java/demo/Shop.java": """package demo;

public class Shop {
  static class Shelf {
    int at(int n) {
      return n / 0;
    }
  }
}
""",
    "lib/axios.js": "export function request(config) {\n  return config.url.trim();\n}\n",
    "web/till.ts": "export function sell(price: number) {\n  return price;\n}\n",
    "axios-core/src/dfa.rs": "pub fn pick(n: usize) -> u32 {\n    [1][n]\n}\n",
    "a.c": "int at(int *items, int n) {\n  return items[n];\n}\n",
    ".env": "TOKEN=1\n",
    ".gitignore": "build/\n",
    "build/made.py": "def make():\n    raise ValueError\n",
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("work") / "axios"
    (folder / ".git").mkdir(parents=True)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    opened = Repository.open(folder, tmp_path_factory.mktemp("cache"))
    opened.scan()
    yield opened
    opened.close()


GO = """panic: x

goroutine 1 [running]:
example.org/demo/shelf.(*Shelf).At(...)
	/go/pkg/mod/example.org/axios@v1.2.3/server/shelf/shelf.go:6 +0x1
"""


def python(path: str, line: int, function: str, text: str = "") -> str:
    source = f"    {text}\n" if text else ""
    return f'Traceback (most recent call last):\n  File "{path}", line {line}, in {function}\n{source}KeyError: 0\n'


def placed(repository: Repository, text: str) -> Frame:
    return failures(repository, text)[0].frames[0]


@pytest.mark.parametrize(
    ("text", "where", "how"),
    [
        (python("{root}/src/shop/shelf.py", 13, "at", "return self.items[n]"), "src/shop/shelf.py:13 Shelf.at", "same"),
        (python("/ci/x/src/shop/shelf.py", 9, "at", "return self.items[n]"), "src/shop/shelf.py:13 Shelf.at", "moved"),
        (python("/app/shop/shelf.py", 9, "get", "return self.items[n]"), "src/shop/shelf.py:13 Shelf.at", "moved"),
        (python("/venv/lib/python3.12/site-packages/shop/shelf.py", 13, "at"), "src/shop/shelf.py:13 Shelf.at", "fits"),
        (python("C:\\\\w\\\\src\\\\shop\\\\shelf.py", 13, "at"), "src/shop/shelf.py:13 Shelf.at", "fits"),
        (python("/app/shop/shelf.py", 90, "at", "return gone"), "src/shop/shelf.py:12 Shelf.at", "drifted"),
        (python("/app/shop/shelf.py", 3, "first", "return gone"), "src/shop/shelf.py:17 Shelf.first", "drifted"),
        (python("src/shop/utils.py", 2, "<module>"), "src/shop/utils.py:2 clamp", "line"),
        (python("/other/project/utils.py", 2, "main", "run()"), ":0 ", "outside"),
        (python("/usr/lib/python3.12/json/decoder.py", 355, "raw_decode"), ":0 ", "outside"),
        (python("/venv/site-packages/other/utils.py", 2, "clamp"), ":0 ", "outside"),
        (python("../../../src/shop/../shop/shelf.py", 13, "at"), "src/shop/shelf.py:13 Shelf.at", "fits"),
        (python("/etc/passwd", 1, "x"), ":0 ", "outside"),
        (python("{root}/build/made.py", 2, "make"), ":0 ", "ignored"),
        (python("{root}/../../../etc/passwd", 2, "make"), ":0 ", "outside"),
        (python("/app/.env", 1, "x"), ".env:1 ", "closed"),
        (
            GO,
            "server/shelf/shelf.go:6 Shelf.At",
            "fits",
        ),
        (
            "java.lang.ArithmeticException: / by zero\n\tat demo.Shop$Shelf.at(Shop.java:6)\n",
            "java/demo/Shop.java:6 Shop.Shelf.at",
            "fits",
        ),
        (
            "java.lang.ArithmeticException: / by zero\n\tat other.Shop.sell(Shop.java:6)\n",
            ":0 ",
            "outside",
        ),
        (
            "TypeError: x\n    at request (/app/node_modules/axios/lib/axios.js:2:3)\n",
            "lib/axios.js:2 request",
            "fits",
        ),
        (
            "TypeError: x\n    at sell (file:///app/node_modules/axios/dist/web/till.js:348:3)\n",
            "web/till.ts:1 sell",
            "drifted",
        ),
        ("TypeError: x\n    at file:///app/node_modules/axios/dist/web/till.js:348:3\n", ":0 ", "outside"),
        (
            "thread 'main' panicked at /u/.cargo/registry/src/index.crates.io-1a/axios-core-0.4.13/src/dfa.rs:2:18:\nx\n",
            "axios-core/src/dfa.rs:2 pick",
            "line",
        ),
        ("TypeError: x\n    at webpack:///./lib/axios.js?a1b2:2:3\n", "lib/axios.js:2 request", "line"),
        ("TypeError: x\n    at a (node:internal/modules/cjs/loader:1091:12)\n", ":0 ", "outside"),
        ("==1== Invalid read of size 4\n==1==    at 0x1: at (a.c:2)\n", "a.c:2 at", "fits"),
        ("==1==ERROR: AddressSanitizer: SEGV\n    #0 0x55 in at (/ci/prog+0x2160)\n", "a.c:1 at", "drifted"),
    ],
    ids=lambda value: value.strip()[-40:],
)
def test_where_a_frame_is_now(repository: Repository, text: str, where: str, how: str) -> None:
    frame = placed(repository, text.replace("{root}", repository.root.as_posix()))
    assert (f"{frame.path}:{frame.line} {frame.symbol}", frame.how) == (where, how)


def test_secrets_and_what_is_outside_are_never_read(repository: Repository) -> None:
    assert placed(repository, python("/app/.env", 1, "x")).text == ""
    outside = placed(repository, python("/etc/passwd", 1, "x"))
    assert (outside.text, outside.written) == ("", "/etc/passwd:1")


def test_frames_are_limited_to_the_scope(repository: Repository) -> None:
    text = python("/ci/src/shop/shelf.py", 13, "at")
    assert placed(repository.narrow(["server"]), text).how == "outside"
    assert placed(repository.narrow(["src"]), text).how == "fits"


@pytest.mark.parametrize(
    ("language", "function", "names"),
    [
        ("python", "<module>", ()),
        ("python", "<lambda>", ()),
        ("python", "Session.send", ("Session", "send")),
        ("go", "example.org/demo/shelf.(*Shelf).At", ("Shelf", "At")),
        ("go", "main.main.func1.2", ("main",)),
        ("go", "example.org/x.Map[...].Get", ("Map", "Get")),
        ("rust", "demo::shelf::Shelf::at::{{closure}}", ("shelf", "Shelf", "at")),
        ("rust", "<demo::Shelf as core::ops::Index<usize>>::index", ("Shelf", "index")),
        ("rust", "demo::Shelf<T>::at::h0123456789abcdef", ("Shelf", "at")),
        ("java", "com.acme.Shop$Shelf.lambda$total$0", ("Shop", "Shelf", "total")),
        ("java", "com.acme.Shop.<init>", ("Shop", "Shop")),
        ("kotlin", "demo.ShopKt.total", ("Shop", "total")),
        ("c", "int shop::total<shop::Shelf>(shop::Shelf const&)", ("shop", "total")),
        ("c", "(anonymous namespace)::run (x=1) at", ("run",)),
        ("javascript", "Object.request [as get]", ("request",)),
        ("javascript", "Object.get charset [as charset]", ("charset",)),
        ("javascript", "Object.<anonymous>", ()),
        ("ruby", "block (2 levels) in Cart#add", ("Cart", "add")),
        ("csharp", "Shop.Shelf.At", ("Shop", "Shelf", "At")),
    ],
)
def test_names_of_functions(language: str, function: str, names: tuple[str, ...]) -> None:
    assert names_of(language, function) == names
