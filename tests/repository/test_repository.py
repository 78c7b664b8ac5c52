"""The one door: what the rest of the program, and a cell, can ask of a repository."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_repository import make_small_repository

from rlm_tui.repository.repository import Repository
from rlm_tui.repository.symbols import AmbiguousName, File, Module, RepositoryError, Span, Symbol, UnknownName


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("door")
    root = make_small_repository(folder / "shop")
    (root / ".env").write_text("API_KEY=charge-secret\n")
    (root / "certs").mkdir()
    (root / "certs" / "server.key").write_text("charge-secret\n")
    (root / "web" / "esc.js").write_text("export const ESC = '\x1b]52;c;x\x07'; // \u202ereversed\n")
    repository = Repository.open(root, folder / "cache")
    repository.scan()
    yield repository
    repository.close()


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name, reason in (("file", "is not a directory"), ("missing", "does not exist")):
        with pytest.raises(RepositoryError, match=reason):
            Repository.open(tmp_path / name, tmp_path / "cache")


def test_an_empty_repository_without_git_works(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    repository = Repository.open(tmp_path / "empty", tmp_path / "cache")
    assert repository.progress.phase == "new"
    assert repository.scan().phase == "ready"
    assert (repository.commit, repository.files(), repository.modules(), len(repository.symbols())) == ("", [], [], 0)
    assert repository.grep("x") == [] and repository.find("anything") == [] and repository.tokens() == 0
    with pytest.raises(UnknownName, match="nothing here is called"):
        repository.resolve("x")
    repository.close()


def test_it_knows_itself(shop: Repository) -> None:
    assert shop.name == "shop" and len(shop.commit) >= 7 and shop.scope == ()
    assert shop.languages() == {"python": 4, "javascript": 3, "go": 1}
    assert [module.name for module in shop.modules()] == ["(root)", "server", "shop", "tests", "web"]
    module = shop.resolve("src/shop")
    assert isinstance(module, Module) and (module.files, module.language) == (3, "python") and module.symbols > 5
    assert 300 < shop.tokens() < 2_000


@pytest.mark.parametrize(
    ("target", "kind", "where"),
    [
        ("src/shop/payment.py", File, "src/shop/payment.py"),
        ("payment.py", File, "src/shop/payment.py"),
        ("shop.payment", File, "src/shop/payment.py"),
        ("src/shop/payment.py:12", Span, "src/shop/payment.py:12"),
        ("payment.py:12-999", Span, "src/shop/payment.py:12-33"),
        ("src/shop/payment.py::Gateway.charge", Symbol, "Gateway.charge"),
        ("src/shop/payment.py::Gateway.charge@1", Symbol, "Gateway.charge"),
        ("Gateway.charge", Symbol, "Gateway.charge"),
        ("Gateway::charge", Symbol, "Gateway.charge"),
        ("charge", Symbol, "Gateway.charge"),
        ("shop.payment.Gateway.charge", Symbol, "Gateway.charge"),
        ("src.shop.payment.backoff", Symbol, "backoff"),
        ("server.greet", Symbol, "greet"),
        ("shop", Module, "src/shop"),
        ("src/shop/", Module, "src/shop"),
        ("src", Module, "src"),
        ("./", Module, "./"),
    ],
)
def test_names_mean_what_a_person_would_think(shop: Repository, target: str, kind: type, where: str) -> None:
    found = shop.resolve(target)
    assert isinstance(found, kind)
    name = found.qualified if isinstance(found, Symbol) else str(found) if isinstance(found, Span) else found.path
    assert name == where


def test_unknown_names_come_with_near_ones(shop: Repository) -> None:
    with pytest.raises(UnknownName, match=r"near: src/shop/payment.py::Gateway@"):
        shop.resolve("Gatewy")
    with pytest.raises(UnknownName, match=r"near: src/shop/payment.py"):
        shop.resolve("src/shop/paiment.py")
    with pytest.raises(UnknownName, match=r"defines no Gateway.chrge; near: Gateway.charge"):
        shop.resolve("src/shop/payment.py::Gateway.chrge")
    with pytest.raises(UnknownName, match="has 33 lines"):
        shop.resolve("payment.py:99")
    with pytest.raises(UnknownName, match=r"shop is a module.*outline\('shop'\)"):
        shop.callers("shop")


def test_a_folder_is_meant_by_its_path_where_a_module_within_it_is_called_so(tmp_path: Path) -> None:
    for path, size in {"src/a.ts": 2_000, "src/b/c.ts": 2_000, "docs/x.md": 1}.items():
        file = tmp_path / "code/packages/core" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"// {'x' * 96}\n" * size)
    repository = Repository.open(tmp_path / "code", tmp_path / "cache")
    repository.scan()
    try:
        assert {module.name: module.path for module in repository.modules()}["packages/core"] == "packages/core/src"
        narrowed = repository.narrow(["packages/core"])
        assert [file.path for file in narrowed.files()] == [
            "packages/core/docs/x.md", "packages/core/src/a.ts", "packages/core/src/b/c.ts"
        ]  # fmt: skip
        assert repository.narrow(["core/b"]).scope == ("packages/core/src/b",), (
            "a name that is no path means the module"
        )
    finally:
        repository.close()


def test_what_stands_outside_the_scope_is_not_taken_for_what_is_nowhere(shop: Repository) -> None:
    web = shop.narrow(["web"])
    for name in ("Gateway.charge", "charge", "src/shop/payment.py", "payment.py:3-4"):
        with pytest.raises(UnknownName, match=r"is there, but outside this scope: src/shop/payment\.py"):
            web.resolve(name)
    with pytest.raises(UnknownName, match="nothing here is called 'discharge'"):
        web.resolve("discharge")


def test_several_things_of_one_name_are_listed_and_tests_stand_back(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    (root / "web" / "orders.py").write_text("def backoff(): pass\n\n\ndef pay(): pass\n")
    (root / "tests" / "test_more.py").write_text("def send(): pass\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    with pytest.raises(
        AmbiguousName,
        match=r"means 2 things; name one: src/shop/payment.py::backoff@\d+, web/orders.py::backoff@1",
    ):
        repository.resolve("backoff")
    for target, path in (
        ("send", "src/shop/payment.py"),
        ("pay", "web/orders.py"),
        ("Order.pay", "src/shop/orders.py"),
    ):
        found = repository.resolve(target)
        assert isinstance(found, Symbol) and found.path == path
    assert repository.narrow(["web"]).resolve("backoff") == repository.resolve("web/orders.py::backoff")
    repository.close()


OVERLOADS = """
class StringUtils {
    static boolean hasText(CharSequence text) { return hasText(text.toString()); }
    static boolean hasText(String text) { return !text.isBlank(); }
}
class Page { boolean filled(String text) { return StringUtils.hasText(text); } }
"""
TWINS = """
#[cfg(unix)]
pub fn home() -> i32 { 1 }

#[cfg(windows)]
pub fn home() -> i32 { 2 }

pub fn start() -> i32 { home() }
"""


def test_overloads_and_twins_are_one_and_built_copies_stand_back(tmp_path: Path) -> None:
    root = tmp_path / "mixed"
    for path, text in {
        "src/StringUtils.java": OVERLOADS,
        "src/lib.rs": TWINS,
        "lib/core.js": "export function createApp() {}\n",
        "dist/core.js": "export function createApp() {}\n",
        "build/core.js": "export function createApp() {}\nexport function bundled() {}\n",
        "vendor/core.js": "export function createApp() {}\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    for target, locator in (
        ("StringUtils.hasText", "src/StringUtils.java::StringUtils.hasText@3"),
        ("src/StringUtils.java::StringUtils.hasText", "src/StringUtils.java::StringUtils.hasText@3"),
        ("src/StringUtils.java::StringUtils.hasText@4", "src/StringUtils.java::StringUtils.hasText@4"),
        ("home", "src/lib.rs::home@3"),
        ("createApp", "lib/core.js::createApp@1"),
        ("bundled", "build/core.js::bundled@2"),
    ):
        found = repository.resolve(target)
        assert isinstance(found, Symbol) and found.locator == locator
    assert repository.resolve("core.js") == repository.resolve("lib/core.js")
    assert {edge.line for edge in repository.callers("hasText")} >= {6}
    assert {edge.line for edge in repository.callers("home")} == {8}
    with pytest.raises(AmbiguousName, match=r"means 2 things; name one: build/core.js::createApp@1, dist/core.js"):
        repository.narrow(["build", "dist"]).resolve("createApp")
    repository.close()


def test_slices_are_what_stands_in_the_file(shop: Repository) -> None:
    piece = shop.slice("Gateway.charge")
    lines = (shop.root / "src/shop/payment.py").read_text().splitlines()
    assert piece.text.splitlines() == lines[piece.start - 1 : piece.end] and piece.text.startswith("    def charge")
    assert shop.slice("payment.py", 3, 5).text.split("\n") == lines[2:5]
    assert shop.slice("payment.py:3").text == lines[2]
    assert shop.slice("payment.py").text == "\n".join(lines)
    assert "\x1b" not in shop.slice("web/esc.js").text and "\u202e" not in shop.slice("web/esc.js").text
    with pytest.raises(UnknownName, match="no line 500"):
        shop.slice("payment.py", 500)
    with pytest.raises(UnknownName, match="is a module"):
        shop.slice("tests")


def test_secrets_are_listed_and_closed(shop: Repository) -> None:
    assert {".env", "certs/server.key"} <= {file.path for file in shop.files()}
    for path in (".env", "certs/server.key", ".env:1"):
        with pytest.raises(PermissionError, match="not readable here"):
            shop.slice(path)
    assert shop.grep("charge-secret") == []
    with pytest.raises(PermissionError, match="not readable here"):
        shop.grep("x", ".env")
    assert shop.find("charge-secret API_KEY", 50)
    assert not [match for match in shop.find("API_KEY secret", 50) if match.symbol.path.startswith((".env", "certs"))]


def test_grep_is_sorted_limited_and_knows_what_is_around(shop: Repository) -> None:
    hits = shop.grep(r"def \w+")
    assert [(hit.path, hit.line) for hit in hits] == sorted((hit.path, hit.line) for hit in hits) and len(hits) > 5
    assert [hit.symbol for hit in shop.grep("time.sleep")] == ["Gateway.charge"]
    assert shop.grep("DEF", ignore_case=True) and not shop.grep("DEF")
    assert shop.grep("send(", literal=True) and len(shop.grep("def", limit=2)) == 2
    assert {hit.path for hit in shop.grep("Order", "tests")} == {"tests/test_orders.py"}
    assert {hit.path for hit in shop.grep("return", glob="*.go")} == {"server/main.go"}
    assert {hit.path for hit in shop.grep("shop", "./")} == {"README.md"}
    assert all("\x1b" not in hit.text for hit in shop.grep("ESC"))
    with pytest.raises(ValueError, match="unclosed group"):
        shop.grep("a(")
    with pytest.raises(UnknownName):
        shop.grep("x", "no/such/folder")


def test_a_pattern_with_very_many_hits_gives_the_first_in_order(tmp_path: Path) -> None:
    root = tmp_path / "wide"
    root.mkdir()
    for number in range(30):
        (root / f"f{number:02}.txt").write_text("hit\n" * 200)
    (root / "one-line.js").write_text("x" * 5_000 + "NEEDLE" + "y" * 5_000)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    assert [(hit.path, hit.line) for hit in repository.grep("hit", limit=250)] == [
        *(("f00.txt", line) for line in range(1, 201)),
        *(("f01.txt", line) for line in range(1, 51)),
    ]
    text = repository.grep("NEEDLE")[0].text
    assert "NEEDLE" in text and len(text) < 400
    repository.close()


def test_what_one_narrowed_repository_has_resolved_all_know(shop: Repository) -> None:
    narrowed = shop.narrow([shop.files()[0].path])
    assert narrowed.narrow([shop.files()[0].path])._graph is narrowed._graph is shop._graph


def test_a_narrowed_repository_sees_its_part_only(shop: Repository) -> None:
    web = shop.narrow(["web"])
    assert {file.path for file in web.files()} == {"web/cart.js", "web/esc.js", "web/format.js"}
    assert [module.path for module in web.modules()] == ["web"] and set(web.languages()) == {"javascript"}
    assert {symbol.path.partition("/")[0] for symbol in web.symbols()} == {"web"}
    assert {hit.path for hit in web.grep("return")} <= {"web/cart.js", "web/format.js"}
    assert all(match.symbol.path.startswith("web/") for match in web.find("format the cart items charge"))
    with pytest.raises(UnknownName):
        web.resolve("Gateway")
    with pytest.raises(UnknownName):
        web.slice("src/shop/payment.py")
    with pytest.raises(UnknownName):
        web.narrow(["src"])
    both = shop.narrow(["Gateway", "server/main.go"])
    assert both.scope == ("src/shop/payment.py", "server/main.go") and len(both.files()) == 2
    assert web.narrow(["."]).scope == ("web",) and shop.narrow(["."]).scope == ()
    assert {file.path for file in shop.narrow(["./"]).files()} == {"README.md", ".env", "certs/server.key"}


def test_symbols_are_listed_lazily_and_filtered(shop: Repository) -> None:
    everything = shop.symbols()
    assert len(everything) == len(list(everything)) == shop.progress.symbols
    assert everything[0] == everything[:1][0] and everything[-1] in everything
    assert [s.qualified for s in shop.symbols("gateway.*")] == ["Gateway.__init__", "Gateway.charge"]
    assert {s.name for s in shop.symbols(kind="class")} == {"Gateway", "Order", "PaymentError"}
    assert {s.name for s in shop.symbols("a", path="server")} == {"greet", "main"} - {"greet"}
    assert [s.qualified for s in shop.outline("Gateway")] == ["Gateway.__init__", "Gateway.charge"]
    assert {s.name for s in shop.outline("server/main.go")} == {"Serve", "greet", "main"}
    assert {s.path for s in shop.outline("web")} <= {"web/cart.js", "web/esc.js", "web/format.js"}
    with pytest.raises(IndexError):
        everything[10_000]


def test_the_graph_is_reached_through_it(shop: Repository) -> None:
    assert [edge.source.qualified for edge in shop.callers("backoff") if edge.source] == ["Gateway.charge"]
    assert shop.callers("backoff")[0].text == "time.sleep(backoff(attempt))"
    assert {edge.target.qualified for edge in shop.callees("Gateway.charge")} >= {"backoff", "send"}
    assert [item.path for item in shop.importers("payment.py")] == ["src/shop/orders.py"]
    assert shop.call_path("Order.pay", "backoff")[-1].target.name == "backoff"
    assert shop.find("retry policy of the payment gateway")[0].symbol.path == "src/shop/payment.py"


def test_what_go_imports_from_outside_is_no_package_of_ours(tmp_path: Path) -> None:
    root = tmp_path / "web"
    for path, text in {
        "go.mod": "module example.com/web\n\nrequire example.com/testify v1.0.0\n",
        "doc.go": "package web\n",
        "web.go": 'package web\n\nimport "example.com/web/render"\n\nfunc New() { render.JSON() }\n',
        "render/json.go": 'package render\n\nimport "example.com/other"\n\nfunc JSON() { other.Do() }\n',
        "render/json_test.go": 'package render\n\nimport "example.com/testify/assert"\n\nfunc TestJSON() { assert.Do() }\n',
        "cmd/main.go": 'package main\n\nimport "example.com/web"\n\nfunc main() { web.New() }\n',
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    assert [item.path for item in repository.importers("web.go")] == ["cmd/main.go"]
    assert [item.path for item in repository.importers("render/json.go")] == ["web.go"]
    assert [(i.target, i.inside) for i in repository.imports("render/json_test.go")] == [
        ("example.com/testify/assert", False)
    ]
    assert [edge.path for edge in repository.callers("New")] == ["cmd/main.go"]
    assert repository.languages() == {"go": 5}
    with pytest.raises(UnknownName):
        repository.resolve("go")  # is a language, and not go.mod
    (root / "go.mod").write_text("module example.com/renamed\n")
    repository.update(["go.mod"])
    assert repository.importers("web.go") == []
    repository.close()


def test_a_file_that_was_saved_without_telling_is_read_as_it_is(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    path = root / "src/shop/payment.py"
    path.write_text("# one more line\n\n" + path.read_text())
    piece = repository.slice("Gateway.charge")
    assert (
        piece.text.startswith("    def charge")
        and path.read_text().splitlines()[piece.start - 1] == piece.text.splitlines()[0]
    )
    repository.update([str(path), "src/shop/not_there.py"])
    (root / "new.py").write_text("def newly(): pass\n")
    repository.update(["new.py"])
    assert repository.resolve("newly")
    with pytest.raises(UnknownName, match="outside"):
        repository.update(["/etc/hostname"])
    repository.close()


def test_hostile_names_are_named_as_they_are_shown(tmp_path: Path) -> None:
    root = tmp_path / "odd"
    root.mkdir()
    Path(os.fsdecode(os.fsencode(root) + b"/esc\x1b[2J\n.py")).write_text("def inside(): pass\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    file = repository.files()[0]
    assert file.path == "esc\\x1b[2J\\x0a.py"
    assert repository.slice(file.path).text == "def inside(): pass"
    assert repository.slice("inside").path == repository.grep("inside")[0].path == file.path
    assert repository.grep("inside", file.path)[0].symbol == "inside"
    repository.close()


def test_it_is_usable_while_it_is_scanned_and_closed_meanwhile(tmp_path: Path) -> None:
    root = tmp_path / "many"
    for number in range(400):
        (root / f"part{number % 7}").mkdir(parents=True, exist_ok=True)
        (root / f"part{number % 7}" / f"m{number}.py").write_text(f"def f{number}(): return {number}\n" * 30)
    repository = Repository.open(root, tmp_path / "cache")
    listed, failures = threading.Event(), list[str]()

    def scan() -> None:
        try:
            repository.scan(lambda progress: listed.set() if progress.phase == "parsing" else None)
        except RepositoryError as error:
            failures.append(str(error))

    thread = threading.Thread(target=scan)
    thread.start()
    assert listed.wait(60)
    assert (
        len(repository.files()) == 400 and repository.grep("return 17$") and "return" in repository.slice("m17.py").text
    )
    repository.close()
    thread.join(30)
    assert not thread.is_alive() and failures == []


def test_an_index_that_breaks_while_open_is_rebuilt_and_said_so(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    first = Repository.open(root, tmp_path / "cache")
    first.scan()
    first.close()
    database = next((tmp_path / "cache").rglob("index-*.db"))
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.write_bytes(content)
    again = Repository.open(root, tmp_path / "cache")
    again.scan()
    assert again.notices == ["the index was corrupt and has been rebuilt"]
    assert again.resolve("Gateway.charge")
    again.close()


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    (tmp_path / "cache").write_text("a file where the directory should be")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    assert "this session only" in repository.notices[0] and repository.resolve("Gateway.charge")
    repository.close()


def test_what_is_never_sent_whole_is_no_token(tmp_path: Path) -> None:
    root = tmp_path / "bundled"
    root.mkdir()
    (root / "app.js").write_text("export const app = 1\n" * 10)
    (root / "bundle.js").write_text("var a=1;" * 10_000)
    (root / "dump.txt").write_text("x" * 6_000_000)
    (root / "logo.txt").write_bytes(b"\0" * 4_000)
    (root / ".env").write_text("KEY=1\n" * 100)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    assert {file.path: file.status for file in repository.files()}["bundle.js"] == "large"
    assert repository.tokens() == 210 // 4
    assert [module.tokens for module in repository.modules()] == [210 // 4]
    repository.close()


def test_parts_of_a_repository_read_its_files_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    reads: list[int] = []
    files = repository._store.files

    def counted() -> list[File]:
        reads.append(1)
        return files()

    monkeypatch.setattr(repository._store, "files", counted)
    whole = repository.tokens()
    parts = [repository.narrow([module.path]) for module in repository.modules()]
    assert sum(part.tokens() for part in parts) == whole == repository.narrow([""]).tokens()
    assert sum(len(part.files()) for part in parts) == len(repository.files())
    assert len(reads) == 1
    (root / "web" / "more.js").write_text("export const more = 1\n")
    repository.update(["web/more.js"])
    web = next(part for part in parts if part.scope == ("web",))
    assert "web/more.js" in [file.path for file in web.files()] and web.tokens() > 0
    assert len(repository.files()) == sum(len(part.files()) for part in parts)
    assert len(reads) == 2
    repository.close()


def test_whoever_waits_for_a_scan_waits_no_longer_than_until_it_is_closed(tmp_path: Path) -> None:
    root = make_small_repository(tmp_path / "shop", git=False)
    repository = Repository.open(root, tmp_path / "cache")
    scanning, going_on, waited = threading.Event(), threading.Event(), threading.Event()

    def hold(_progress: object) -> None:
        scanning.set()
        going_on.wait(30)

    def wait() -> None:
        with pytest.raises(RepositoryError, match="the repository is closed"):
            repository.find("charge")  # from half an index it would find too little
        repository.wait()
        waited.set()

    scan = threading.Thread(target=repository.scan, args=(hold,))
    scan.start()
    assert scanning.wait(30)
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not waited.wait(0.1)
    closing = threading.Thread(target=repository.close)
    closing.start()
    assert waited.wait(30) and scan.is_alive()  # the scan itself has not ended yet
    going_on.set()
    for thread in (scan, waiting, closing):
        thread.join(30)
        assert not thread.is_alive()


def test_a_member_is_found_by_the_class_that_inherits_it(tmp_path: Path) -> None:
    root = tmp_path / "code"
    root.mkdir()
    (root / "a.py").write_text("class Mixin:\n    def rebuild(self): ...\n\nclass Session(Mixin): ...\n")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    found = repository.resolve("Session.rebuild")
    assert isinstance(found, Symbol) and found.qualified == "Mixin.rebuild"
    with pytest.raises(UnknownName, match="nothing here is called"):
        repository.resolve("Session.missing")
    repository.close()
