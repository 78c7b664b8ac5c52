"""Definitions moved between modules of TypeScript and JavaScript, and between the files of a Go package."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest
from moved_code import Move, moved


@pytest.fixture
def move(tmp_path: Path) -> Move:
    """Move in files given as text, below a folder of the test's own."""
    return partial(moved, tmp_path)


SCRIPTS = {
    "src/a.ts": """
        /* A license. */
        import { z, type Y } from './z'
        import d from './d'
        import * as ns from './n'

        export type K = string
        const limit = 3

        /** Helps,
         * much. */
        export function helper<T extends Y>(x: T, k: K): T {
          return z(x, limit, ns.q(d)) as T
        }

        export const other = (y: Y) => helper(y + limit, 'a')
        """,
    "src/in/b.ts": """
        import { helper } from '../a'

        export const use = () => helper(1, '')
        """,
    "src/c.ts": """
        import { helper as h, other } from './a'
        import * as a from './a'
        export * from './a'
        export { helper as hlp } from './a'
        h(a.helper(1, ''), other)
        """,
    "src/z.ts": "export const z = (...x: unknown[]) => x\nexport type Y = number\n",
    "src/d.ts": "export default 3\n",
    "src/n.ts": "export const q = (x: number) => x\n",
}


def test_a_function_of_typescript_goes_with_what_it_needs(move: Move) -> None:
    found, changed = move(SCRIPTS, "src/a.ts::helper", "src/in/b.ts")
    assert changed["src/a.ts"] == dedent(
        """
        /* A license. */
        import { type Y } from './z'
        import { helper } from './in/b'

        export type K = string
        export const limit = 3

        export const other = (y: Y) => helper(y + limit, 'a')
        """
    ).lstrip("\n")
    assert changed["src/in/b.ts"] == dedent(
        """
        import type { K } from '../a'
        import { limit } from '../a'
        import d from '../d'
        import * as ns from '../n'
        import type { Y } from '../z'
        import { z } from '../z'

        export const use = () => helper(1, '')

        /** Helps,
         * much. */
        export function helper<T extends Y>(x: T, k: K): T {
          return z(x, limit, ns.q(d)) as T
        }
        """
    ).lstrip("\n")
    assert changed["src/c.ts"] == dedent(
        """
        import { other } from './a'
        import { helper as h } from './in/b'
        import * as b from './in/b'
        export * from './a'
        export { helper as hlp } from './in/b'
        export { helper } from './in/b'
        h(b.helper(1, ''), other)
        """
    ).lstrip("\n")
    assert "`limit` of src/a.ts is exported now, for src/in/b.ts" in found.notes
    assert any(note.startswith("files import each other then: src/a.ts -> src/in/b.ts") for note in found.notes)


def test_a_list_of_exports_endings_and_a_package_that_keeps_its_name(move: Move) -> None:
    files = {
        "packages/one/package.json": '{"name": "@x/one"}',
        "packages/one/src/index.js": 'import { g } from "./g.js";\n\nfunction f() {\n  return g;\n}\n\nexport { f };\n',
        "packages/one/src/g.js": "export const g = 1;\n",
        "packages/one/src/h.js": 'import { f } from "./index.js";\nf();\n',
        "packages/two/src/index.js": 'import { f } from "@x/one";\nf();\n',
    }
    found, changed = move(files, "packages/one/src/index.js::f", "packages/one/src/f.js")
    assert changed == {
        "packages/one/src/index.js": 'export { f } from "./f.js";\n',
        "packages/one/src/f.js": 'import { g } from "./g.js";\n\nexport function f() {\n  return g;\n}\n',
        "packages/one/src/h.js": 'import { f } from "./f.js";\nf();\n',
    }
    assert any("goes on offering f" in note for note in found.notes)


def test_a_module_that_has_nothing_left_stays_one(move: Move) -> None:
    files = {"a.ts": "export const f = 1\n", "index.ts": "export * from './a'\n"}
    _, changed = move(files, "a.ts::f", "b.ts")
    assert changed == {
        "a.ts": "export {}\n",
        "b.ts": "export const f = 1\n",
        "index.ts": "export * from './a'\nexport { f } from './b'\n",
    }


GO = {
    "go.mod": "module example.com/m\n",
    "p/a.go": """
        package p

        import (
        \t"fmt"
        \t"net/url"

        \t"example.com/m/q"
        )

        // T is one.
        type T struct{}

        // Send sends.
        func (t *T) Send(s string) error {
        \turl, err := url.Parse(s)
        \tfmt.Println(url, q.X)
        \treturn err
        }

        func stay() { fmt.Println((&T{}).Send("")) }
        """,
    "p/b.go": 'package p\n\nimport "os"\n\nvar args = os.Args\n',
    "p/c_linux.go": "package p\n",
    "q/q.go": "package q\n\nconst X = 1\n",
}


def test_a_type_of_go_goes_with_its_methods_and_imports(move: Move) -> None:
    _, changed = move(GO, "p/a.go::T", "p/b.go")
    assert changed["p/a.go"] == dedent(
        """
        package p

        import (
        \t"fmt"
        )

        func stay() { fmt.Println((&T{}).Send("")) }
        """
    ).lstrip("\n")
    assert changed["p/b.go"] == dedent(
        """
        package p

        import "os"
        import "fmt"
        import "net/url"
        import "example.com/m/q"

        var args = os.Args

        // T is one.
        type T struct{}

        // Send sends.
        func (t *T) Send(s string) error {
        \turl, err := url.Parse(s)
        \tfmt.Println(url, q.X)
        \treturn err
        }
        """
    ).lstrip("\n")


@pytest.mark.parametrize(
    ("files", "target", "path", "says"),
    [
        (GO, "stay", "q/q.go", "q/q.go is of another package"),
        (GO, "stay", "p/c_linux.go", "their build constraints differ"),
        (GO, "stay", "p/a_test.go", "are not built together"),
        ({"a.ts": "export default function f() {}\n"}, "f", "b.ts", "f is the default export of a.ts"),
        ({"a.js": "function f() {}\nmodule.exports = { f }\n"}, "f", "b.js", "a.js is a CommonJS module"),
        ({"a.ts": "export const f = 1\n", "b.ts": "let f = 2\n"}, "a.ts::f", "b.ts", "b.ts:1 has a `f` already"),
        ({"a.ts": "export let f = 1\nf = 2\n"}, "f", "b.ts", "f is assigned anew in a.ts"),
        (
            {"a.ts": "export class A {}\nexport class B extends A {}\nnew B()\n"},
            "B",
            "b.ts",
            "a.ts -> b.ts -> a.ts, and",
        ),
        ({"a.ts": "export function f() {}\n"}, "f", "b.js", "b.js cannot hold TypeScript"),
    ],
)
def test_what_cannot_be_moved_is_said(move: Move, files: dict[str, str], target: str, path: str, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        move(files, target, path)
    assert says in str(caught.value)
