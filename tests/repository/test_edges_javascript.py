"""Edges of JavaScript and TypeScript: what is local to callbacks, objects of functions, CommonJS, overloads, entry points."""

from __future__ import annotations

from code_graph import Code


def test_helpers_of_one_callback_mean_nothing_in_another() -> None:
    code = Code({
        "lib/paint.ts": "export function paint(x: number) { return x }\n",
        "lib/paint.test.ts": """
            import { paint } from './paint'
            it('is one', () => {
              const paint = () => 1
              class Box { open() {} }
              const box = new Box()
              paint()
              box.open()
            })
            it('is two', () => {
              class Box { open() {} }
              const box = new Box()
              box.open()
              paint(2)
            })
        """,
    })  # fmt: skip
    assert code.callers("lib/paint.ts::paint") == {"lib/paint.test.ts:13 <file> 2"}
    calls = {(edge.line, edge.target.qualified): edge.target.start for edge in code.graph.calls_in("lib/paint.test.ts")}
    assert calls[5, "Box"] == 4 and calls[11, "Box"] == 10
    assert calls[6, "paint"] == 3 and (13, "paint") in calls
    assert calls[7, "Box.open"] == 4 and calls[12, "Box.open"] == 10


def test_methods_of_an_object_are_no_names_of_their_own() -> None:
    code = Code({
        "a.js": """
            import { render } from './b'
            const page = { render() { return 1 }, draw: () => page.render() }
            export function go() { render(); page.draw() }
        """,
        "b.js": "export function render() {}\n",
    })  # fmt: skip
    assert code.callees("go") == {"render": 2, "page.draw": 1}
    assert code.callers("b.js::render") == {"a.js:3 go 2"}
    assert code.callers("a.js::page.render") == {"a.js:2 page.draw 1"}


def test_objects_hold_functions_under_their_own_or_other_names() -> None:
    code = Code({
        "tools.js": """
            function cut() {}
            const glue = () => 1
            export default { cut, paste: glue, fold() {} }
            export const named = { chop: cut }
        """,
        "use.js": """
            import tools, { named } from './tools.js'
            function work() { tools.cut(); tools.paste(); tools.fold(); named.chop() }
        """,
    })  # fmt: skip
    assert code.callees("work") == {"cut": 2, "glue": 2, "default.fold": 2}
    assert {edge.line for edge in code.graph.callers(code.symbol("cut"))} == {2}


def test_common_js() -> None:
    code = Code({
        "lib/app.js": """
            var app = exports = module.exports = {};
            app.start = function start() { this.listen(); };
            app.listen = function listen() {};
        """,
        "lib/make.js": "module.exports = make;\nfunction make() { return 1 }\nmake.fast = function () {};\n",
        "lib/two.js": "function one() {}\nmodule.exports = { one, other: one, third() { return { one: 2 } } };\n",
        "index.js": """
            const app = require('./lib/app');
            const make = require('./lib/make');
            const two = require('./lib/two');
            const { other } = require('./lib/two');
            function main() { app.start(); make(); make.fast(); two.one(); two.third(); other(); }
        """,
    })  # fmt: skip
    assert code.callees("main") == {"app.start": 2, "make": 2, "make.fast": 2, "one": 2, "third": 2}
    assert set(code.callees("app.start")) == {"app.listen"}


def test_default_exports_without_a_name_and_overloads() -> None:
    code = Code({
        "types.d.ts": "export function check<T>(value: T): void\nexport function check(): void\n",
        "pick.ts": """
            export function pick(a: string): string
            export function pick(a: number): number
            export function pick(a: any): any { return a }
        """,
        "anonymous.ts": "export default (a: number) => a\n",
        "wrapped.ts": "import { wrap } from './wrap'\nexport default wrap({})\n",
        "wrap.ts": "export function wrap(a: object) { return () => a }\n",
        "use.ts": """
            import { check } from './types'
            import { pick } from './pick'
            import twice from './anonymous'
            import wrapped from './wrapped'
            export function use() { check(1); pick(2); twice(3); wrapped() }
        """,
    })  # fmt: skip
    assert code.callees("use") == {"check": 2, "pick": 2, "default": 2}
    assert code.symbol("pick").start == 3


def test_static_and_other_methods_of_one_name() -> None:
    code = Code({
        "a.js": """
            class Heads { concat() { return 1 }
              static concat() { return new Heads() }
            }
            function join() { Heads.concat() }
            function add() { const heads = new Heads(); heads.concat() }
        """
    })  # fmt: skip
    lines = {edge.source.name: edge.target.start for edge in code.graph.calls_in("a.js") if edge.source}
    assert lines == {"concat": 1, "join": 2, "add": 1}


def test_a_package_is_entered_by_its_source() -> None:
    code = Code({
        "packages/shop/package.json": "{}",
        "packages/shop/index.js": "module.exports = require('./dist/shop.js')\n",
        "packages/shop/src/index.ts": "export * from './cart'\n",
        "packages/shop/src/cart.ts": "export function cart() {}\n",
        "packages/page/src/main.ts": "import { cart } from 'shop'\nexport function show() { cart() }\n",
    })  # fmt: skip
    assert code.callees("show") == {"cart": 2}


def test_recursion_is_a_call() -> None:
    code = Code({"a.py": "def walk(n):\n    return walk(n - 1)\n"})
    assert code.callers("walk") == {"a.py:2 walk 1"}


def test_parameters_hide_what_is_called_like_them() -> None:
    code = Code({
        "got.ts": "export function got() {}\n",
        "a.ts": """
            import { got } from './got'
            test('x', (t, { got }) => { got() })
            test('y', ([a, b]) => { got() })
            export function named(got) { return got() }
            export function typed(x: Map<string, typeof got>) { return got() }
        """,
        "b.py": """
            def run(): pass
            def other(run, *rest): run()
            def third(x: 'Callable[[int], str]' = run): run()
        """,
    })  # fmt: skip
    assert code.callers("got") == {"a.ts:3 <file> 2", "a.ts:5 typed 2"}
    assert code.callers("run") == {"b.py:3 third 1"}


def test_common_js_modules_that_are_a_class_or_a_function() -> None:
    code = Code({
        "package.json": '{"name": "@tea/pot", "main": "lib/pot.js"}',
        "lib/pot.js": "module.exports = class Pot { pour () { return 1 } }\n",
        "lib/cup.js": "module.exports = (size) => size\nmodule.exports.small = () => 1\n",
        "lib/tray.js": "module.exports = { carry () { this.hold() }, hold () {} }\n",
        "test/pot.test.js": """
            const Pot = require('..')
            const cup = require('../lib/cup')
            const small = require('../lib/cup').small
            const again = require('@tea/pot')
            it('pours', () => { const pot = new Pot(); pot.pour(); cup(2); small(); new again() })
        """,
    })  # fmt: skip
    found = [(edge.target.qualified, int(edge.tier)) for edge in code.graph.calls_in("test/pot.test.js")]
    assert sorted(found) == [("Pot", 2), ("Pot", 2), ("Pot.pour", 4), ("default", 2), ("small", 2)]
    assert code.callees("carry") == {"hold": 2}


def test_values_that_are_unpacked_returned_or_renamed() -> None:
    code = Code({
        "a.ts": """
            class Door { static make(): Door { return new Door() }
              open() {} }
            const door = Door.make
            function build() { return new Door() }
            function house() { const front = new Door(); return front }
            interface Home { front: Door; back(): Door }
            declare function home(): Home
            export function go() {
              build().open()
              house().open()
              door().open()
              const { front, back: rear } = home()
              front.open()
              rear().open()
            }
        """
    })  # fmt: skip
    assert {edge.line for edge in code.graph.callers(code.symbol("Door.open"))} == {9, 10, 11, 13, 14}


def test_types_are_not_called() -> None:
    code = Code({
        "a.ts": """
            export interface make { (): void }
            export function make() {}
            type Error = string
            function go() { make(); throw new Error('x') }
        """
    })  # fmt: skip
    assert [edge.target.kind for edge in code.graph.callees(code.symbol("go"))] == ["function"]


def test_callbacks_get_the_elements_of_what_they_are_called_for() -> None:
    code = Code({
        "a.ts": """
            class Source { close() {} }
            describe('all', () => {
              let sources: Source[]
              it('ends', () => Promise.all(sources.map(async (source) => { await source.close() })))
              it('tells', () => sources.forEach(one => one.close()))
            })
        """
    })  # fmt: skip
    assert {edge.line for edge in code.graph.callers(code.symbol("Source.close"))} == {4, 5}


def test_an_import_of_thousands_of_names_is_read_to_its_end() -> None:
    names = ", ".join(f"name{index}" for index in range(1000))
    code = Code({
        "b.ts": "export function name999() {}\n",
        "a.ts": f"import {{ {names} }} from './b'\nfunction go() {{ name999() }}\n",
    })  # fmt: skip
    assert code.callees("go") == {"name999": 2}


def test_a_namespace_is_what_all_files_say_that_open_it() -> None:
    code = Code({
        "core.ts": """
            namespace app {
              export function run() { return trim() }
              function trim() { return 1 }
              export namespace Debug { export function fail(text: string) { return text } }
              export class Box { open() {} }
            }
        """,
        "server.ts": """
            namespace app.server {
              function start(box: Box) { run(); Debug.fail("x"); app.run(); box.open(); trim() }
            }
        """,
        "module.ts": """
            import { thing } from 'elsewhere'
            namespace app { function other() { run() } }
        """,
    })  # fmt: skip
    assert code.callees("app.server.start") == {"app.run": 2, "app.Debug.fail": 2, "app.Box.open": 4}
    assert code.callers("core.ts::app.run") == {"server.ts:2 app.server.start 2"}


def test_what_a_callback_is_given_is_what_the_function_says() -> None:
    code = Code({
        "api.ts": """
            export class Builder { add() { return this } }
            export interface Options { before(builder: Builder): void; after?: (b: Builder) => void }
            export type Hook = (name: string, context: Context) => void
            export interface Context { builder: Builder }
            export function build<T extends () => void>(name: string, make: (builder: Builder) => T) {}
            export const setup = (options: Options) => {}
            export function on(hook: Hook) {}
            export class Shop { constructor(hook: Hook) {} each(visit: (one: Builder) => void) {} }
        """,
        "use.ts": """
            import { build, setup, on, Hook, Shop, Options } from './api'
            const add = () => 1
            build('a', builder => { builder.add() })
            setup({ before(builder) { builder.add() }, after: b => b.add() })
            on((name, { builder }) => { builder.add() })
            const hook: Hook = (name, context) => { context.builder.add() }
            const shop = new Shop((name, context) => context.builder.add())
            shop.each(one => { one.add() })
            build('b', add => { add() })
            const options: Options = { before(one) { one.add() } }
        """,
    })  # fmt: skip
    calls = [(edge.line, int(edge.tier)) for edge in code.graph.callers(code.symbol("Builder.add"))]
    assert calls == [(3, 4), (4, 4), (4, 4), (5, 4), (6, 4), (7, 4), (8, 4), (10, 4)]
    assert code.callers("use.ts::add") == set()


def test_what_a_function_returns_has_the_members_of_the_literal() -> None:
    code = Code({
        "make.ts": """
            import { Router } from './router'
            export function make() {
              const router = new Router()
              function close() {}
              return { router, shut: close }
            }
            export function other(items: string[]) {
              return items.map(item => { return { close: item } })
            }
        """,
        "router.ts": "export class Router { push() {} }\n",
        "use.ts": """
            import { make, other } from './make'
            function go() {
              const { router, shut } = make()
              router.push()
              const made = make()
              made.router.push()
              made.shut()
              other([]).close()
            }
        """,
    })  # fmt: skip
    assert code.callees("go") == {"make": 2, "Router.push": 4, "make.close": 4, "other": 2}


def test_a_callback_of_a_cast_to_a_long_type_is_read_without_a_crash() -> None:
    cast = """
        export function listen(connection: unknown) {
          ;(
            connection as {
              // the type of the connection is not published by its package: see https://example.com/issues/1097
              subscribe: (listener: (message: string) => void) => (() => void) | undefined
            }
          ).subscribe((message) => { go(message); message.trim() })
        }
        function go(_: string) {}
    """
    assert Code({"a.ts": cast}).callees("listen") == {"go": 1}


def test_an_entry_is_imported_by_the_name_of_its_package() -> None:
    code = Code(
        {
            "packages/core/package.json": '{"name": "@shop/things", "main": "src/index.ts"}',
            "packages/core/src/index.ts": "export const a = 1;\n",
            "packages/app/src/main.ts": "import { a } from '@shop/things';\nexport const b = a;\n",
        }
    )
    assert [item.path for item in code.graph.importers("packages/core/src/index.ts")] == ["packages/app/src/main.ts"]
