"""Renamings in small repositories of several languages: what is changed, what is a guess, what only holds the word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from rlm_tui.repository.patches.patches import read_patch
from rlm_tui.repository.patches.patching import edited
from rlm_tui.repository.patches.renaming import Renaming
from rlm_tui.repository.repository import Repository

Rename = Callable[..., tuple[Renaming, dict[str, list[str]]]]


@pytest.fixture
def rename(tmp_path: Path) -> Iterator[Rename]:
    """Rename in files given as text; return the renaming, and the changed lines of each file, by its new path."""
    opened: list[Repository] = []

    def work(
        files: dict[str, str], target: str, new: str, *, guesses: bool = False
    ) -> tuple[Renaming, dict[str, list[str]]]:
        for path, text in files.items():
            file = tmp_path / "code" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(dedent(text).lstrip("\n").encode())
        repository = Repository.open(tmp_path / "code", tmp_path / "cache")
        opened.append(repository)
        repository.scan()
        found = repository.refactorings.rename(target, new, guesses=guesses)
        changed: dict[str, list[str]] = {}
        for part in read_patch(found.patch).files:
            edit = edited(part, (tmp_path / "code" / part.old).read_bytes())
            before, after = (content.decode().splitlines() for content in (edit.before or b"", edit.after or b""))
            changed[part.new] = [line.strip() for was, line in zip(before, after, strict=True) if was != line]
        return found, changed

    yield work
    for repository in opened:
        repository.close()


def lines(found: tuple[object, ...]) -> list[str]:
    return [f"{getattr(hit, 'path')}:{getattr(hit, 'line')}" for hit in found]  # noqa: B009


PYTHON = {
    "app/__init__.py": "from .a import send\n__all__ = ['send']\n",
    "app/a.py": '''
        def send(x):
            """send it"""
            return x

        class Base:
            def send(self): ...

        def other():
            for send in range(3):
                print(send)

        def third(t):
            d = {"send": send}
            t.send()
            return [k(send=send) for i in f"{send(2)} send"]
        ''',
    "b.py": """
        from app import send as s2, a
        import app
        s2(1); app.send(2); app.a.send(3); a.send(4)
        from app.a import (
          send,
        )
        send(5)
        """,
    "README.md": "Call `send` to send.\n",
}


def test_a_function_of_python_with_its_imports_exports_and_aliases(rename: Rename) -> None:
    found, changed = rename(PYTHON, "app/a.py::send", "transmit")
    assert changed == {
        "app/__init__.py": ["from .a import transmit", "__all__ = ['transmit']"],
        "app/a.py": [
            "def transmit(x):",
            'd = {"send": transmit}',
            'return [k(send=transmit) for i in f"{transmit(2)} send"]',
        ],
        "b.py": [
            "from app import transmit as s2, a",
            "s2(1); app.transmit(2); app.a.transmit(3); a.transmit(4)",
            "transmit,",
            "transmit(5)",
        ],
    }
    assert lines(found.guesses) == ["app/a.py:10", "app/a.py:14"]
    assert lines(found.mentions) == ["app/a.py:2", "app/a.py:13", "app/a.py:15", "README.md:1"]
    assert found.targets[0].qualified == "send"


METHODS = {
    "a.py": """
        class Base:
            def send(self): ...

        class S(Base):
            def send(self):
                super().send()
                return self.send()
            x = property(send)

        def use(s: "S", t) -> S:
            s.send(); S.send(s); t.send()
            return getattr(s, "send")
        """,
}


def test_a_method_with_those_that_it_overrides(rename: Rename) -> None:
    found, changed = rename(METHODS, "S.send", "transmit")
    assert changed["a.py"] == [
        "def transmit(self): ...",
        "def transmit(self):",
        "super().transmit()",
        "return self.transmit()",
        "x = property(transmit)",
        "s.transmit(); S.transmit(s); t.send()",
    ]
    assert sorted(one.qualified for one in found.targets) == ["Base.send", "S.send"]
    assert lines(found.guesses) == ["a.py:11"]
    assert lines(found.mentions) == ["a.py:12"]


def test_guesses_are_changed_when_that_is_asked_for(rename: Rename) -> None:
    found, changed = rename(METHODS, "S.send", "transmit", guesses=True)
    assert "s.transmit(); S.transmit(s); t.transmit()" in changed["a.py"]
    assert found.guesses == ()


def test_a_class_with_its_types_in_strings(rename: Rename) -> None:
    text = """
        class Sess:
            @classmethod
            def make(cls) -> "Sess": return Sess()

        class B(Sess):
            def f(self, a: "list[Sess]") -> Sess: return isinstance(a, Sess)
        """
    _, changed = rename({"a.py": text, "b.py": "import a\nx: a.Sess = a.Sess.make()\n"}, "Sess", "Session")
    assert changed == {
        "a.py": [
            "class Session:",
            'def make(cls) -> "Session": return Session()',
            "class B(Session):",
            'def f(self, a: "list[Session]") -> Session: return isinstance(a, Session)',
        ],
        "b.py": ["x: a.Session = a.Session.make()"],
    }


def test_a_function_of_typescript_through_re_exports_shorthands_and_require(rename: Rename) -> None:
    files = {
        "a.ts": """
            export function send(n: number) { return n }
            export const api = { send, other: send }
            export class C { send() { return send(1) } }
            export default send
            """,
        "i.ts": "export { send } from './a'\n",
        "b.tsx": """
            import { send } from './i'
            import * as A from './a'
            import d from './a'
            const x = <Foo send={send} on={() => send(2)} />
            A.send(2); d(3)
            const { send: y } = q
            """,
        "c.js": "const { send } = require('./a'); send()\n",
        "e.js": "import { send as post } from './a'; post()\n",
    }
    _, changed = rename(files, "a.ts::send", "transmit")
    assert changed == {
        "a.ts": [
            "export function transmit(n: number) { return n }",
            "export const api = { send: transmit, other: transmit }",
            "export class C { send() { return transmit(1) } }",
            "export default transmit",
        ],
        "i.ts": ["export { transmit } from './a'"],
        "b.tsx": [
            "import { transmit } from './i'",
            "const x = <Foo send={transmit} on={() => transmit(2)} />",
            "A.transmit(2); d(3)",
        ],
        "c.js": ["const { transmit } = require('./a'); transmit()"],
        "e.js": ["import { transmit as post } from './a'; post()"],
    }


def test_a_method_of_go_with_the_interface_that_asks_for_it(rename: Rename) -> None:
    files = {
        "go.mod": "module ex.com/m\n",
        "a/a.go": """
            package a
            type Sender interface { Send(x int) error }
            type S struct{}
            func (s *S) Send(x int) error { return nil }
            type U struct{}
            func (u U) Send(x int) error { return nil }
            func Do(s Sender) { s.Send(1); f := (&S{}).Send; _ = f }
            """,
        "b/b.go": """
            package b
            import "ex.com/m/a"
            func B() { s := a.S{}; s.Send(1); var x a.Sender = &s; x.Send(3) }
            """,
    }
    _, changed = rename(files, "S.Send", "Transmit")
    assert "Send(" not in "".join(line for lines in changed.values() for line in lines)
    assert {path: len(lines) for path, lines in changed.items()} == {"a/a.go": 4, "b/b.go": 1}


def test_keys_of_literals_are_values_or_fields(rename: Rename) -> None:
    files = {
        "go.mod": "module ex.com/m\n",
        "a.go": """
            package a
            const Max = 3
            type Limits struct{ Max int }
            var byArray = [...]string{Max: "x"}
            var byMap = map[int]string{Max: "x", 1: "y"}
            var limits = Limits{Max: 1}
            var all = []Limits{{Max: Max}}
            """,
    }
    _, changed = rename(files, "a.go::Max", "Most")
    assert changed["a.go"] == [
        "const Most = 3",
        'var byArray = [...]string{Most: "x"}',
        'var byMap = map[int]string{Most: "x", 1: "y"}',
        "var all = []Limits{{Max: Most}}",
    ]


def test_uses_that_the_index_does_not_keep_are_found(rename: Rename) -> None:
    files = {
        "go.mod": "module ex.com/m\n",
        "token/a.go": "package token\n\nconst BREAK = 1\n",
        "b/b.go": """
            package b
            import "ex.com/m/token"
            func f(n int) {
                switch n {
                case 1, token.BREAK:
                }
            }
            """,
    }
    _, changed = rename(files, "BREAK", "STOP")
    assert changed == {"token/a.go": ["const STOP = 1"], "b/b.go": ["case 1, token.STOP:"]}


def test_a_method_that_is_called_as_its_type_keeps_its_name(rename: Rename) -> None:
    text = (
        'package a\n\ntype Error struct{}\n\nfunc (e *Error) Error() string { return "" }\n\nvar e error = &Error{}\n'
    )
    _, changed = rename({"go.mod": "module ex.com/m\n", "a.go": text}, "a.go::Error", "Fault")
    assert changed["a.go"] == [
        "type Fault struct{}",
        'func (e *Fault) Error() string { return "" }',
        "var e error = &Fault{}",
    ]


def test_what_the_language_or_a_base_outside_calls_keeps_its_name(rename: Rename) -> None:
    with pytest.raises(ValueError, match="is called by python itself"):
        rename({"a.py": "class A:\n    def __len__(self): return 1\n"}, "A.__len__", "size")


def test_an_override_of_what_is_not_here_keeps_its_name(rename: Rename) -> None:
    text = "class A {\n  @Override public String toString() { return null; }\n}\n"
    with pytest.raises(
        ValueError, match=r"A\.toString \(A\.java:2\) overrides a method that is not in this repository"
    ):
        rename({"A.java": text}, "A.toString", "text")


def test_guesses_that_can_mean_nothing_else_are_said_to_be_likely(rename: Rename) -> None:
    found, _ = rename({"a.py": "class A:\n    def ring(self): ...\n\ndef f(x):\n    x.ring()\n"}, "A.ring", "call")
    assert lines(found.guesses) == ["a.py:5"]
    assert found.notes == (
        "nothing else here is called ring: the guesses may well mean it (ask for it `with guesses`)",
    )


def test_a_type_that_others_are_brought_out_of(rename: Rename) -> None:
    text = "enum Order { Up, Down }\nfn f() -> Order {\n    use self::Order::*;\n    Up\n}\n"
    _, changed = rename({"Cargo.toml": "[package]\nname = 'x'\n", "src/lib.rs": text}, "Order", "Way")
    assert changed["src/lib.rs"] == ["enum Way { Up, Down }", "fn f() -> Way {", "use self::Way::*;"]


def test_keys_of_python_are_names(rename: Rename) -> None:
    _, changed = rename({"b.py": "LIMIT = 3\nd = {LIMIT: 1}\nf(LIMIT=LIMIT)\n"}, "LIMIT", "MOST")
    assert changed["b.py"] == ["MOST = 3", "d = {MOST: 1}", "f(LIMIT=MOST)"]


def test_a_class_of_java_with_constructors_imports_and_its_file(rename: Rename) -> None:
    files = {
        "p/A.java": """
            package p;
            public class A {
              public A(int n) { }
              public static A of() { return new A(1); }
              String s = "A";
            }
            """,
        "q/B.java": """
            package q;
            import p.A;
            class B extends A { B() { super(1); } Object f(Object o) { return o instanceof A ? p.A.of() : o; } }
            """,
    }
    found, changed = rename(files, "p/A.java::A", "Alpha")
    assert changed == {
        "p/Alpha.java": [
            "public class Alpha {",
            "public Alpha(int n) { }",
            "public static Alpha of() { return new Alpha(1); }",
        ],
        "q/B.java": [
            "import p.Alpha;",
            "class B extends Alpha { B() { super(1); } Object f(Object o) { return o instanceof Alpha ? p.Alpha.of() : o; } }",
        ],
    }
    assert found.notes == ("the file p/A.java is renamed with its class: p/Alpha.java",)


def test_a_class_of_php_written_with_its_namespace_and_behind_a_joined_string(rename: Rename) -> None:
    files = {
        "src/Handler/Curl.php": "<?php\nnamespace App\\Handler;\nclass Curl { static function name() { return 'c'; } }\n",
        "src/Main.php": r"""
            <?php
            namespace App;
            use App\Handler\Curl as Other;
            use App\Handler\Curl;
            function main() {
                try { $a = new Handler\Curl(); } catch (\App\Handler\Curl $e) {}
                return 'a ' . Curl::name();
            }
        """,
    }
    _, changed = rename(files, "Curl", "Wire")
    assert changed["src/Main.php"] == [
        "use App\\Handler\\Wire as Other;",
        "use App\\Handler\\Wire;",
        "try { $a = new Handler\\Wire(); } catch (\\App\\Handler\\Wire $e) {}",
        "return 'a ' . Wire::name();",
    ]


def test_a_call_behind_a_comment_in_its_chain(rename: Rename) -> None:
    files = {
        "app/Box.java": "package app;\nclass Box {\n  Box add(int n) { return this; }\n}\n",
        "app/Use.java": """
            package app;
            class Use {
              void run(Box box) {
                box.add(1)
                    // and one more
                    .add(2);
              }
            }
        """,
    }
    found, changed = rename(files, "Box.add", "put")
    assert changed["app/Use.java"] == ["box.put(1)", ".put(2);"]
    assert found.guesses == ()


def test_a_call_on_what_may_be_nothing(rename: Rename) -> None:
    files = {
        "Monitor.swift": "class Monitor {\n    func ended() {}\n}\n",
        "Use.swift": "class Use {\n    var monitor: Monitor?\n    func run() {\n        monitor?.ended()\n    }\n}\n",
    }
    _, changed = rename(files, "Monitor.ended", "finished")
    assert changed["Use.swift"] == ["monitor?.finished()"]


def test_a_function_of_rust_within_macros_and_tests(rename: Rename) -> None:
    files = {
        "Cargo.toml": "[package]\nname = 'x'\n",
        "src/lib.rs": """
            pub mod a;
            use crate::a::{send, S};
            pub use a::send as go;
            fn f() { a::send(2); crate::a::send(3); let s = S; s.send(); println!("{}", send(4)); }
            """,
        "src/a.rs": """
            pub fn send(n: i32) -> i32 { n }
            pub struct S;
            impl S { pub fn send(&self) { send(1); } }
            #[cfg(test)]
            mod tests { use super::*; fn t() { assert_eq!(send(1), 1); } }
            """,
    }
    _, changed = rename(files, "src/a.rs::send", "transmit")
    assert changed == {
        "src/lib.rs": [
            "use crate::a::{transmit, S};",
            "pub use a::transmit as go;",
            'fn f() { a::transmit(2); crate::a::transmit(3); let s = S; s.send(); println!("{}", transmit(4)); }',
        ],
        "src/a.rs": [
            "pub fn transmit(n: i32) -> i32 { n }",
            "impl S { pub fn send(&self) { transmit(1); } }",
            "mod tests { use super::*; fn t() { assert_eq!(transmit(1), 1); } }",
        ],
    }


def test_a_function_of_c_with_its_declaration_and_a_class_of_cpp_with_its_members(rename: Rename) -> None:
    files = {
        "a.h": "int send(int x);\n#define S(x) send(x)\n",
        "a.c": '#include "a.h"\nint send(int x) { return x; }\nstatic int (*p)(int) = send;\n',
        "b.c": '#include "a.h"\nint h(void) { struct { int send; } q; q.send = 1; return send(q.send); }\n',
    }
    found, changed = rename(files, "send", "transmit")
    assert changed == {
        "a.h": ["int transmit(int x);"],
        "a.c": ["int transmit(int x) { return x; }", "static int (*p)(int) = transmit;"],
        "b.c": ["int h(void) { struct { int send; } q; q.send = 1; return transmit(q.send); }"],
    }
    assert "a.h:2" in lines(found.mentions)


def test_a_class_of_cpp_with_constructors_destructors_and_qualified_members(rename: Rename) -> None:
    files = {
        "a.hpp": "namespace n { class A { public: A(); ~A(); void f(); static A make(); }; }\n",
        "a.cpp": '#include "a.hpp"\nnamespace n { A::A() {} A::~A() {} A A::make() { return A(); } }\n',
        "b.cpp": '#include "a.hpp"\nclass B : public n::A { };\nint main() { auto* p = new n::A(); n::A::make().f(); }\n',
    }
    _, changed = rename(files, "n.A", "Alpha")
    assert changed == {
        "a.hpp": ["namespace n { class Alpha { public: Alpha(); ~Alpha(); void f(); static Alpha make(); }; }"],
        "a.cpp": ["namespace n { Alpha::Alpha() {} Alpha::~Alpha() {} Alpha Alpha::make() { return Alpha(); } }"],
        "b.cpp": [
            "class B : public n::Alpha { };",
            "int main() { auto* p = new n::Alpha(); n::Alpha::make().f(); }",
        ],
    }


@pytest.mark.parametrize(
    ("target", "new", "message"),
    [
        ("app/a.py::send", "third", "app/a.py:12 has a function third already, beside send"),
        ("app/a.py::send", "send", "is called send already"),
        ("app/a.py::send", "class", "a word that python keeps"),
        ("app/a.py::send", "2send", "is no name in python"),
        ("app/a.py::send", "a b", "is no name in python"),
        ("app/a.py::send", "d", "`d` is a local variable there"),
        ("README.md", "x", "a symbol is needed"),
        ("nothing", "x", "nothing here is called"),
    ],
)
def test_names_that_cannot_be_had_are_refused(rename: Rename, target: str, new: str, message: str) -> None:
    with pytest.raises((ValueError, LookupError), match=message):
        rename(PYTHON, target, new)


def test_line_ends_and_bytes_that_are_no_utf_8_stay(tmp_path: Path) -> None:
    root = tmp_path / "code"
    root.mkdir()
    (root / "a.py").write_bytes(b"# caf\xe9\r\ndef send():\r\n    pass\r\n\r\nsend()  # caf\xe9\r\nsend()")
    repository = Repository.open(root, tmp_path / "cache")
    repository.scan()
    found = repository.refactorings.rename("send", "transmit")
    repository.close()
    (part,) = read_patch(found.patch).files
    after = edited(part, (root / "a.py").read_bytes()).after
    assert after == b"# caf\xe9\r\ndef transmit():\r\n    pass\r\n\r\nsend()  # caf\xe9\r\ntransmit()"
    assert found.notes == ("a.py:5 has characters that cannot be shown: change it by hand",)


def test_the_new_name_may_be_written_with_the_owner_that_stays(rename: Rename) -> None:
    _, changed = rename({"a.py": "class Session:\n    def send(self): ...\n"}, "Session.send", "Session.transmit")
    assert changed == {"a.py": ["def transmit(self): ..."]}
