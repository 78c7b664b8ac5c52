"""JavaScript and TypeScript: modules of all kinds, classes, functions wherever they are kept, annotations."""

from __future__ import annotations

import pytest
from code_graph import calls, facts_of, kinds, types

from rlm_tui.repository.indexer import indexers

SERVICE = """
import def, { a as b, c } from './lib/things.js';
import * as ns from "pkg";
const { d, e: f } = require('./common');
const whole = require('../whole');
export { b as renamed, c };
export * from './all';
export { g as h } from './more';
export default Service;

const LIMIT = 3;

/**
 * Answers requests.
 */
class Service extends ns.Base {
  #cache = new Cache();
  handle = (request) => this.run(request);

  // Runs it.
  async run(request) {
    const result = await fetchAll(request);
    return result.items.map(toItem).filter(Boolean);
  }
}

export const helper = (x) => whole.twice(x);
function* stream() { yield new Service(LIMIT).run(c); }
const routes = { list: function () { return d(); }, show() { return f; } };
Service.prototype.stop = function () { return 1; };
module.exports.legacy = () => 2;
"""

STORE = """
import type { Item } from './types'
import { Api } from '@shop/api'

/** What a cart holds. */
export interface Cart<T> extends Base, Sized<T> {
  items: Item[]
  total(): number
}
export type Id = string | number
export enum Color { Red, Green = 2 }
export abstract class Store<T> extends Root<T> implements Cart<T>, Other {
  private readonly client: Api
  constructor(private log: Logger, public items: Item[]) { super() }
  abstract load(id: Id): Promise<Item>
  save = async (item: Item): Promise<void> => { await this.client.put(item) }
}
namespace inner { export function deep(): Store<string> { return make<Store<string>>() } }
export function connect(api: Api, retries?: number): Store<Item> {
  const view = new View(api)
  api.on('x', (event: Click) => event.stop())
  return view.store as Store<Item>
}
"""


def test_javascript_definitions() -> None:
    facts = facts_of("web/service.js", SERVICE)
    found = kinds(facts)
    for name, kind in {
        "LIMIT": "constant",
        "Service": "class",
        "Service.handle": "method",
        "Service.run": "method",
        "helper": "function",
        "stream": "function",
        "routes.list": "method",
        "routes.show": "method",
        "Service.stop": "method",
        "legacy": "function",
    }.items():
        assert found[name] == kind, name
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    assert by_name["Service"].doc == "Answers requests." and by_name["Service.run"].doc == "Runs it."
    assert by_name["Service.run"].signature == "async run(request)"


def test_javascript_references() -> None:
    facts = facts_of("web/service.js", SERVICE)
    found = calls(facts)
    for wanted in (
        "this.run in Service.handle",
        "fetchAll in Service.run",
        "whole.twice in helper",
        "d in routes.list",
    ):
        assert wanted in found
    assert "result.items.map().filter in Service.run" in found
    assert "Service in stream" in found and "Service().run in stream" in found
    assert calls(facts, "inherit") == ["ns.Base in Service"]
    assert ("Service", "#cache", "Cache") in types(facts)


def test_javascript_imports_and_exports() -> None:
    facts = facts_of("web/service.js", SERVICE)
    assert {(i.module, i.names, i.alias, i.exported) for i in facts.imports} == {
        ("./lib/things.js", (("a", "b"), ("c", "c"), ("default", "def")), "", False),
        ("pkg", (), "ns", False),
        ("./common", (("d", "d"), ("e", "f")), "", False),
        ("../whole", (), "whole", False),
        ("", (("b", "renamed"), ("c", "c")), "", True),
        ("./all", (), "", True),
        ("./more", (("g", "h"),), "", True),
        ("", (("Service", "default"),), "", True),
    }


def test_typescript() -> None:
    facts = facts_of("src/store.ts", STORE)
    assert not facts.has_errors
    assert kinds(facts) == {
        "Cart": "interface",
        "Cart.total": "method",
        "Id": "type",
        "Color": "enum",
        "Color.Red": "constant",
        "Color.Green": "constant",
        "Store": "class",
        "Store.constructor": "method",
        "Store.load": "method",
        "Store.save": "method",
        "inner": "module",
        "inner.deep": "function",
        "connect": "function",
    }
    assert calls(facts, "inherit") == [
        "Base in Cart", "Sized in Cart", "Root in Store", "Cart in Store", "Other in Store",
    ]  # fmt: skip
    found = types(facts)
    assert {
        ("Store", "client", "Api"),
        ("Store.constructor", "this.log", "Logger"),
        ("connect", "api", "Api"),
        ("connect", "view", "View"),
        ("connect", "event", "Click"),
        ("connect", "return", "Store<Item>"),
        ("Store.load", "return", "Promise<Item>"),
    } <= found


def test_jsx_counts_as_calls() -> None:
    facts = facts_of("ui/App.tsx", "export function App() { return <Shell><Menu.Item open={true} /></Shell> }\n")
    assert calls(facts) == ["Shell in App", "Menu.Item in App"] and not facts.has_errors


FILES = (
    "package.json",
    "packages/api/package.json",
    "packages/api/src/index.ts",
    "packages/api/src/client.ts",
    "packages/web/package.json",
    "packages/web/src/App.tsx",
    "packages/web/src/lib/index.js",
    "packages/web/src/lib/format.mjs",
    "node_modules/left-pad/package.json",
    "node_modules/left-pad/index.js",
)


@pytest.mark.parametrize(
    ("module", "importer", "found"),
    [
        ("./client", "packages/api/src/index.ts", ("packages/api/src/client.ts",)),
        ("./client.js", "packages/api/src/index.ts", ("packages/api/src/client.ts",)),
        ("./lib", "packages/web/src/App.tsx", ("packages/web/src/lib/index.js",)),
        ("./format.mjs", "packages/web/src/lib/index.js", ("packages/web/src/lib/format.mjs",)),
        (".", "packages/api/src/client.ts", ("packages/api/src/index.ts",)),
        ("@shop/api", "packages/web/src/App.tsx", ("packages/api/src/index.ts",)),
        ("@shop/api/client", "packages/web/src/App.tsx", ("packages/api/src/client.ts",)),
        ("@/lib/format", "packages/web/src/App.tsx", ("packages/web/src/lib/format.mjs",)),
        ("left-pad", "packages/web/src/App.tsx", ()),
        ("react", "packages/web/src/App.tsx", ()),
        ("../../../../etc/passwd", "packages/web/src/App.tsx", ()),
    ],
)
def test_imports_lead_to_files(module: str, importer: str, found: tuple[str, ...]) -> None:
    assert indexers()[".ts"].resolve(module, importer, FILES) == found


@pytest.mark.parametrize(
    "path", ["src/__tests__/a.ts", "src/a.spec.ts", "a.test.jsx", "packages/x/test-d/../a.test-d.ts"]
)
def test_test_code_is_known_by_its_path(path: str) -> None:
    assert facts_of(path, "export const x = 1\n").is_test
