"""Go, Java and Rust: methods and their owners, packages and modules, embedding and traits."""

from __future__ import annotations

import pytest
from code_graph import calls, facts_of, kinds, types

from rlm_tui.repository.indexer import indexers
from rlm_tui.repository.parsing.paths import Paths

GO = """
package server

import (
	"net/http"
	render "example.com/web/internal/render"
	_ "embed"
	"example.com/lib/v2"
)

// Version of the server.
const Version = "1"

var _ Handler = (*Engine)(nil)

// Handler answers.
type Handler interface {
	http.Handler
	Handle(c *Context) error
}

// Engine is the heart.
type Engine struct {
	Router
	pool  *Pool
	hooks map[string]Hook
}

type Chain []Handler

// Run starts it.
//
//go:noinline
func (e *Engine) Run(addr string, opts ...Option) (err error) {
	conn := e.pool.Get()
	w := &render.Writer{Code: Version}
	go func(c *Context) { c.Next() }(nil)
	return http.ListenAndServe(addr, w.Wrap(conn))
}

func New[T any](size int) *Engine { return &Engine{pool: newPool(size)} }
"""

JAVA = """
package com.shop.pay;

import static com.shop.util.Checks.notNull;
import com.shop.api.*;
import java.util.List;

/** Charges cards. */
@Service(name = "gateway")
public final class Gateway<T> extends Base<T> implements Closeable, api.Port {
  private static final int MAX_TRIES = 3;
  private final Client client;

  @Inject
  public Gateway(@Named("x") Client client, List<String> names) {
    super(names);
    this.client = client;
  }

  /** Charges once. */
  @Override
  public Receipt charge(Order order) throws IOException {
    for (Item item : order.items()) {
      client.session().send(notNull(item));
    }
    Builder builder = new Receipt.Builder<>();
    return builder.build(MAX_TRIES, Codes.OK);
  }

  enum State { OPEN, CLOSED }
  interface Listener { void done(Receipt receipt); }
  record Pair(int left, int right) {}
}
"""

RUST = """
//! Crate docs.
use crate::net::{self, pool::Pool as P, Conn};
pub use super::errors::*;
use std::fmt;
mod inner;

/// Retries.
#[derive(Debug)]
pub struct Client<T> {
    pool: P,
    inner: Box<Session>,
}

pub trait Send: Clone {
    fn send(&self, request: Request) -> Response;
}

impl<T> Send for Client<T> {
    /// Sends it.
    fn send(&self, request: Request) -> Response {
        let conn = Conn::open(&request);
        self.inner.push(conn).unwrap();
        log!("sent");
        Self::finish(request)
    }
}

impl<T> Client<T> {
    pub fn new(pool: P) -> Self { Client { pool, inner: Box::new(Session::new()) } }
    fn finish(request: Request) -> Response { net::close(request) }
}

pub enum Mode { Fast, Slow(u8) }
const LIMIT: usize = 3;

#[cfg(test)]
mod tests {
    #[test]
    fn it_sends() { super::helper(); }
}
"""


def test_go() -> None:
    facts = facts_of("server/engine.go", GO)
    assert (facts.package, facts.has_errors) == ("server", False)
    assert kinds(facts) == {
        "Version": "constant",
        "Handler": "interface",
        "Handler.Handle": "method",
        "Engine": "struct",
        "Chain": "type",
        "Engine.Run": "method",
        "New": "function",
    }
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    assert by_name["Engine.Run"].doc.startswith("Run starts it.") and by_name["Engine"].doc == "Engine is the heart."
    assert facts.symbols[by_name["Engine.Run"].scope].qualified == "Engine"
    assert calls(facts, "inherit") == ["http.Handler in Handler", "Router in Engine"]
    found = calls(facts)
    for wanted in ("e.pool.Get in Engine.Run", "c.Next in Engine.Run", "w.Wrap in Engine.Run", "newPool in New"):
        assert wanted in found
    assert {
        ("Engine", "pool", "*Pool"),
        ("Engine.Run", "e", "Engine"),
        ("Engine.Run", "conn", "e.pool.Get()"),
        ("Engine.Run", "w", "render.Writer"),
        ("Engine.Run", "c", "*Context"),
        ("New", "return", "*Engine"),
    } <= types(facts)
    assert {(i.module, i.alias) for i in facts.imports} == {
        ("net/http", "http"),
        ("example.com/web/internal/render", "render"),
        ("embed", "_"),
        ("example.com/lib/v2", "lib"),
    }


def test_java() -> None:
    facts = facts_of("src/main/java/com/shop/pay/Gateway.java", JAVA)
    assert (facts.package, facts.has_errors, facts.is_test) == ("com.shop.pay", False, False)
    found = kinds(facts)
    assert found["Gateway.MAX_TRIES"] == "constant" and found["Gateway.State.OPEN"] == "constant"
    assert found["Gateway.Gateway"] == "method" and found["Gateway.Listener.done"] == "method"
    assert found["Gateway.Pair"] == "class" and found["Gateway"] == "class"
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    assert by_name["Gateway"].doc == "Charges cards." and by_name["Gateway.charge"].doc == "Charges once."
    assert calls(facts, "inherit") == ["Base in Gateway", "Closeable in Gateway", "api.Port in Gateway"]
    for wanted in (
        "order.items in Gateway.charge",
        "client.session().send in Gateway.charge",
        "notNull in Gateway.charge",
        "Receipt.Builder in Gateway.charge",
        "builder.build in Gateway.charge",
    ):
        assert wanted in calls(facts)
    assert "Codes.OK in Gateway.charge" in calls(facts, "use")
    assert {
        ("Gateway.client", "client", "Client"),
        ("Gateway.Gateway", "client", "Client"),
        ("Gateway.charge", "order", "Order"),
        ("Gateway.charge", "item", "Item"),
        ("Gateway.charge", "builder", "Builder"),
        ("Gateway.charge", "return", "Receipt"),
    } <= types(facts)
    assert {(i.module, i.names) for i in facts.imports} == {
        ("com.shop.util.Checks", (("notNull", "notNull"),)),
        ("com.shop.api", ()),
        ("java.util.List", (("List", "List"),)),
    }


def test_rust() -> None:
    facts = facts_of("src/client.rs", RUST)
    assert not facts.has_errors
    found = kinds(facts)
    assert found["Client"] == "struct" and found["Send"] == "trait" and found["Send.send"] == "method"
    assert found["Client.send"] == found["Client.new"] == "method" and found["Mode.Slow"] == "constant"
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    assert by_name["Client"].doc == "Retries." and by_name["Client.send"].doc == "Sends it."
    assert [s.qualified for s in facts.symbols if s.is_test] == ["tests", "tests.it_sends"]
    assert calls(facts, "inherit") == ["Clone in Send", "Send in Client"]
    for wanted in (
        "Conn.open in Client.send",
        "self.inner.push in Client.send",
        "log in Client.send",
        "net.close in Client.finish",
    ):
        assert wanted in [call.replace("::", ".") for call in calls(facts)]
    assert {
        ("Client", "inner", "Box<Session>"),
        ("Client.send", "conn", "=Conn::open()"),
        ("Client.send", "return", "Response"),
        ("Client.new", "return", "Self"),
    } <= types(facts)
    assert {(i.module, i.names, i.alias, i.exported) for i in facts.imports} == {
        ("crate::net", (), "net", False),
        ("crate::net::pool", (("Pool", "P"),), "", False),
        ("crate::net", (("Conn", "Conn"),), "", False),
        ("super::errors", (), "", True),
        ("std", (("fmt", "fmt"),), "", False),
        ("self::inner", (), "inner", False),
    }


@pytest.mark.parametrize(
    ("suffix", "module", "importer", "found"),
    [
        (".go", "example.com/web/internal/render", "main.go", ("internal/render/a.go", "internal/render/b.go")),
        (".go", "net/http", "main.go", ()),
        (".go", "fmt", "main.go", ()),
        (".go", "example.com/other/render", "main.go", ()),
        (".go", "example.com/web", "main.go", ()),
        (".java", "com.shop.pay.Gateway", "x/App.java", ("src/main/java/com/shop/pay/Gateway.java",)),
        (".java", "com.shop.pay.Gateway.State", "x/App.java", ("src/main/java/com/shop/pay/Gateway.java",)),
        (".java", "com.shop.pay", "x/App.java", ("src/main/java/com/shop/pay/Gateway.java",)),
        (".java", "java.util.List", "x/App.java", ()),
        (".rs", "crate::net::pool", "src/client.rs", ("src/net/pool.rs",)),
        (".rs", "crate::net", "src/client.rs", ("src/net/mod.rs",)),
        (".rs", "crate::net::Conn", "src/client.rs", ("src/net/mod.rs",)),
        (".rs", "super::net", "src/client.rs", ("src/net/mod.rs",)),
        (".rs", "super", "src/net/pool.rs", ("src/net/mod.rs",)),
        (".rs", "std::fmt", "src/client.rs", ()),
    ],
)
def test_imports_lead_to_files(suffix: str, module: str, importer: str, found: tuple[str, ...]) -> None:
    files = (
        "main.go", "doc.go", "internal/render/a.go", "internal/render/b.go", "internal/render/b_test.go",
        "src/main/java/com/shop/pay/Gateway.java", "x/App.java",
        "src/lib.rs", "src/client.rs", "src/net/mod.rs", "src/net/pool.rs",
    )  # fmt: skip
    assert indexers()[suffix].resolve(module, importer, files) == found


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("example.com/web", ("doc.go", "web.go")),
        ("example.com/web/assert", ("assert/assert.go",)),
        ("example.com/web/tool", ("tool/tool.go",)),
        ("example.com/web/tool/internal/http", ("tool/internal/http/http.go",)),
        ("example.com/web/missing", ()),
        ("example.com/website", ()),
        ("example.com/testify/assert", ()),
        ("example.com/testify", ()),
        ("example.com/dep/render", ("vendor/example.com/dep/render/render.go",)),
        ("net/http", ()),
    ],
)
def test_go_imports_are_those_of_the_modules_here(module: str, found: tuple[str, ...]) -> None:
    sources = {
        "go.mod": b"// ours\nmodule example.com/web\n\ngo 1.22\n",
        "tool/go.mod": b'module "example.com/web/tool"\n',
    }
    parsed = {path: indexers()["go.mod"].parse(path, source) for path, source in sources.items()}
    assert {facts.language for facts in parsed.values()} == {"text"}
    paths = [
        *sources, "doc.go", "web.go", "web_test.go", "assert/assert.go", "net/http/http.go", "tool/tool.go",
        "tool/internal/http/http.go", "vendor/example.com/dep/render/render.go",
    ]  # fmt: skip
    declared = Paths(paths, lambda: {path: facts.package for path, facts in parsed.items()})
    assert indexers()[".go"].resolve(module, "web.go", declared) == found


def test_rust_calls_inside_macros_are_calls() -> None:
    source = """impl P {
    fn f(&self) {
        ok!(self
            .parse(m)
            .inspect(|e| 1));
        v![foo::bar(x).baz(2), a[1], h!(4)];
    }
}
"""
    calls = {(f.receiver, f.name) for f in facts_of("src/a.rs", source).references if f.kind == "call"}
    assert calls == {("", "ok"), ("self", "parse"), ("", "v"), ("foo", "bar")}


def test_a_call_stands_where_its_name_is() -> None:
    facts = facts_of(
        "a/A.java", "class A {\n  void go() {\n    one()\n      .two(\n        3\n      )\n      .three();\n  }\n}\n"
    )
    assert {r.name: r.line for r in facts.references if r.kind == "call"} == {"one": 3, "two": 4, "three": 7}


def test_the_first_declaration_of_a_name_comes_first() -> None:
    lines = "".join(f"    T{number} x{number % 7} = make();\n" for number in range(300))
    bindings = facts_of("a/A.java", f"class A {{\n  void go() {{\n{lines}  }}\n}}\n").bindings
    assert [b.type for b in bindings if b.name.startswith("x")] == [f"T{number}" for number in range(300)]
