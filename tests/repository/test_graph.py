"""The graph: what each tier resolves, what stays a guess, and what is no edge at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from code_graph import Code

PYTHON = {
    "src/shop/__init__.py": """
        from .orders import Order as PublicOrder
        from .pay import *
    """,
    "src/shop/orders.py": """
        import shop.pay as payments
        from . import pay, tools
        from .base import Record

        class Order(Record):
            def __init__(self, gateway: payments.Gateway):
                self.gateway = gateway
                self.log = tools.make_log()

            def pay(self):
                self.check()
                self.gateway.charge(self.total())
                self.log.write("paid")
                helper()
                def helper(): ...

            def total(self):
                return super().total() + len([])

        def helper():
            unknown.frobnicate()
            print(pay.backoff(1))
    """,
    "src/shop/base.py": """
        class Record:
            def check(self): return self.total()
            def total(self): return 0
    """,
    "src/shop/pay.py": """
        class Gateway:
            def charge(self, cents):
                return backoff(cents)

        def backoff(attempt): ...
    """,
    "src/shop/tools.py": """
        class Log:
            def write(self, text): ...
            def frobnicate(self): ...

        def make_log() -> "Log | None":
            return Log()
    """,
    "tests/test_shop.py": """
        from shop import PublicOrder, Gateway, backoff as wait

        def test_pay():
            order = PublicOrder(Gateway())
            order.pay()
            wait(2)
    """,
}


def test_python_tiers() -> None:
    code = Code(PYTHON)
    assert code.callees("Order.pay") == {
        "Record.check": 3,  # self, through the base
        "Order.total": 3,
        "Gateway.charge": 4,  # a field with the type of a parameter
        "Log.write": 4,  # what a factory in another module returns
        "Order.pay.helper": 1,
    }
    assert code.callees("Order.total") == {"Record.total": 3}
    assert code.callers("backoff") == {
        "src/shop/orders.py:22 helper 2",
        "src/shop/pay.py:3 Gateway.charge 1",
        "tests/test_shop.py:6 test_pay 2",  # an alias of a star re-export
    }
    assert code.callers("Order.pay") == {"tests/test_shop.py:5 test_pay 4"}
    assert code.callers("Order") == {"tests/test_shop.py:4 test_pay 2"}
    assert code.callers("Order.__init__") == {"tests/test_shop.py:4 test_pay 2"}


def test_a_guess_is_last_and_leads_nowhere() -> None:
    code = Code(PYTHON)
    edges = code.graph.callees(code.symbol("src/shop/orders.py::helper"))
    assert [(edge.target.qualified, int(edge.tier)) for edge in edges] == [("backoff", 2), ("Log.frobnicate", 5)]
    assert code.graph.call_path(code.symbol("src/shop/orders.py::helper"), code.symbol("Log.frobnicate")) == []


def test_paths_and_subclasses() -> None:
    code = Code(PYTHON)
    path = code.graph.call_path(code.symbol("test_pay"), code.symbol("backoff"))
    assert [edge.target.qualified for edge in path] == ["backoff"]
    path = code.graph.call_path(code.symbol("Order.pay"), code.symbol("backoff"))
    assert [(edge.source.qualified if edge.source else "", edge.target.qualified) for edge in path] == [
        ("Order.pay", "Gateway.charge"),
        ("Gateway.charge", "backoff"),
    ]
    assert code.graph.call_path(code.symbol("backoff"), code.symbol("Order.pay")) == []
    assert [edge.source.qualified for edge in code.graph.subclasses(code.symbol("Record")) if edge.source] == ["Order"]


def test_references_and_imports() -> None:
    code = Code(PYTHON)
    found = [(edge.kind, edge.path, edge.line) for edge in code.graph.references(code.symbol("Gateway"))]
    assert set(found) == {
        ("use", "src/shop/orders.py", 6),
        ("call", "tests/test_shop.py", 4),
        ("import", "tests/test_shop.py", 1),
    }
    assert {(i.path, i.line) for i in code.graph.importers("src/shop/pay.py")} == {
        ("src/shop/__init__.py", 2),
        ("src/shop/orders.py", 1),
        ("src/shop/orders.py", 2),
    }
    assert [(i.line, i.target, i.inside) for i in code.graph.imports("src/shop/orders.py")] == [
        (1, "src/shop/pay.py", True),
        (2, "src/shop/__init__.py", True),
        (2, "src/shop/pay.py", True),
        (2, "src/shop/tools.py", True),
        (3, "src/shop/base.py", True),
    ]


def test_the_graph_follows_the_index() -> None:
    code = Code({"a.py": "from b import f\ndef g(): f()\n", "b.py": "def f(): ...\n"})
    assert code.callers("f") == {"a.py:2 g 2"}
    code.store.delete(["a.py"])
    assert code.callers("f") == set()


def test_cycles_of_imports_bases_and_types_end() -> None:
    code = Code(
        {
            "a.py": "from b import *\nfrom b import x\nclass A(B):\n    def f(self): return self.me.f().gone()\n    me = me\n",
            "b.py": "from a import *\nfrom a import x\nclass B(A):\n    def g(self): self.missing()\n",
        }
    )
    assert code.callees("B.g") == {} and code.callees("A.f") == {"A.f": 5}


def test_entangled_modules_and_classes_end() -> None:
    stars = "".join(f"from m{i} import *\n" for i in range(12))
    files = {f"m{i}.py": stars + f"def f{i}(): nowhere()\n" for i in range(12)}
    bases = ", ".join(f"C{i}" for i in range(15))
    files["c.py"] = "".join(f"class C{i}({bases}):\n    def m(self): self.nothing().more()\n" for i in range(15))
    files["A.java"] = "class A extends A.B { static class B extends C { void f() { g(); } } }\nclass C extends A {}\n"
    code = Code(files)
    assert code.callees("f0") == {} and code.callees("C0.m") == {} and code.callees("A.B.f") == {}
    assert {edge.source.name for edge in code.graph.subclasses(code.symbol("C3")) if edge.source} == {
        f"C{i}" for i in range(15) if i != 3
    }


def test_threads_get_the_same_answers() -> None:
    code = Code(PYTHON)
    expected = [code.callees("Order.pay"), code.callers("backoff")]
    code.graph = type(code.graph)(code.store)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [code.callees("Order.pay"), code.callers("backoff")], range(40)))
    assert found == [expected] * 40


def test_typescript_through_barrels_and_defaults() -> None:
    code = Code(
        {
            "src/index.ts": "export * from './store'\nexport { default as Api } from './api'\n",
            "src/store.ts": """
                import type { Api } from './api'
                export interface Store { load(): void }
                export class DiskStore implements Store {
                  constructor(private api: Api) {}
                  load(): void { this.api.fetch(); this.flush() }
                  private flush() {}
                }
                export function open(): DiskStore { return new DiskStore(null!) }
            """,
            "src/api.ts": "export default class Client {\n  fetch() {}\n}\nexport type Api = Client\n",
            "src/main.ts": """
                import { open, Store } from '.'
                import Remote from './api'
                const run = (store: Store) => store.load()
                export function start() {
                  open().load()
                  new Remote().fetch()
                }
            """,
        }
    )
    assert code.callers("DiskStore.load") == {"src/main.ts:5 start 4", "src/main.ts:3 run 4 via Store.load"}
    assert code.callers("Store.load") == {"src/main.ts:3 run 4"}
    assert "src/main.ts:6 start 4" in code.callers("Client.fetch")
    assert code.callers("Client") == {"src/main.ts:6 start 2"}
    assert code.callers("DiskStore.flush") == {"src/store.ts:5 DiskStore.load 3"}
    assert {edge.source.name for edge in code.graph.subclasses(code.symbol("Store")) if edge.source} == {"DiskStore"}


def test_go_packages_embedding_and_interfaces() -> None:
    code = Code(
        {
            "web/engine.go": """
                package web

                type Engine struct {
                    Router
                    pool *Pool
                }

                func (e *Engine) Run() { e.Add("/"); e.pool.Get().Next(); start(e) }
            """,
            "web/router.go": """
                package web

                type Router struct{}
                type Adder interface{ Add(path string) }

                func (r *Router) Add(path string) {}
                func start(e *Engine) {}
            """,
            "web/pool.go": """
                package web

                type Pool struct{}
                type Context struct{}

                func (p *Pool) Get() *Context { return nil }
                func (c *Context) Next() {}
            """,
            "main.go": """
                package main

                import w "example.com/app/web"

                func main() {
                    engine := &w.Engine{}
                    engine.Run()
                }
            """,
            "other/start.go": "package other\n\nfunc begin() { start(nil) }\n",
        }
    )
    assert code.callees("Engine.Run") == {"Router.Add": 4, "Pool.Get": 4, "Context.Next": 4, "start": 2}
    assert code.callers("Engine.Run") == {"main.go:7 main 4"}
    assert code.callers("start") == {"web/engine.go:8 Engine.Run 2"}
    assert {edge.source.name for edge in code.graph.subclasses(code.symbol("Adder")) if edge.source} == {
        "Router",
        "Engine",
    }


def test_go_elements_of_named_slices_and_maps() -> None:
    code = Code(
        {
            "tree.go": """
                package web

                type node struct{}
                type tree struct { root *node }
                type (
                    trees  []tree
                    byName map[string]*tree
                    fixed  [2]tree
                )
                type Engine struct { trees trees; named byName }

                func (n *node) get(path string) string { return "" }
                func (t *tree) name() string { return "" }
                func (t trees) first() *tree { return nil }
                func all() trees { return nil }
            """,
            "engine.go": """
                package web

                func (e *Engine) copied(i int) { t := e.trees; root := t[i].root; value := root.get("/"); print(value) }
                func (e *Engine) indexed(i int) { e.trees[i].root.get("/") }
                func (e *Engine) mapped(k string) { e.named[k].root.get("/") }
                func (e *Engine) ranged() { for _, t := range e.trees { t.root.get("/") } }
                func (t trees) received() { for _, one := range t { one.name() } }
                func (t fixed) array() { t[0].name() }
                func called() { all()[0].name() }
                func whole() { all().first() }
                func (e *Engine) element() { one := e.trees[0]; one.first() }
            """,
        }
    )
    assert code.callers("node.get") == {
        f"engine.go:{line} Engine.{name} 4"
        for line, name in ((3, "copied"), (4, "indexed"), (5, "mapped"), (6, "ranged"))
    }
    assert code.callers("tree.name") == {
        "engine.go:7 trees.received 4", "engine.go:8 fixed.array 4", "engine.go:9 called 4",
    }  # fmt: skip
    assert code.callers("trees.first") == {"engine.go:10 whole 4"}  # an element of them has no such method


def test_java_members_packages_and_constructors() -> None:
    code = Code(
        {
            "src/main/java/shop/Base.java": "package shop;\nclass Base { void log(String s) {} static void tick() {} }\n",
            "src/main/java/shop/Cart.java": """
                package shop;
                import shop.pay.Gateway;
                public class Cart extends Base {
                  private final Gateway gateway;
                  Cart(Gateway gateway) { this.gateway = gateway; }
                  void pay() { log("x"); gateway.session().send(1); helper(); Base.tick(); }
                  void helper() {}
                }
            """,
            "src/main/java/shop/pay/Gateway.java": """
                package shop.pay;
                public class Gateway {
                  public Session session() { return new Session(); }
                  public static class Session { public void send(int x) {} }
                }
            """,
            "src/test/java/shop/CartTest.java": """
                package shop;
                class CartTest { void check() { var cart = new Cart(null); cart.pay(); } }
            """,
        }
    )
    assert code.callees("Cart.pay") == {
        "Base.log": 3, "Gateway.session": 4, "Gateway.Session.send": 4, "Cart.helper": 1, "Base.tick": 2,
    }  # fmt: skip
    assert code.callers("Cart.pay") == {"src/test/java/shop/CartTest.java:2 CartTest.check 4"}
    assert code.callers("Cart.Cart") == {"src/test/java/shop/CartTest.java:2 CartTest.check 2"}


def test_rust_modules_impls_and_traits() -> None:
    code = Code(
        {
            "src/lib.rs": "pub mod net;\nmod client;\npub use client::Client;\n",
            "src/net/mod.rs": "pub mod pool;\npub fn close() {}\n",
            "src/net/pool.rs": """
                pub struct Pool { size: usize }
                impl Pool {
                    pub fn open() -> Self { Pool { size: 1 } }
                    pub fn take(&self) {}
                }
            """,
            "src/client.rs": """
                use crate::net::{self, pool::Pool};
                pub trait Run { fn run(&self); }
                pub struct Client { pool: Pool }
                impl Run for Client {
                    fn run(&self) {
                        self.pool.take();
                        let fresh = Pool::open();
                        fresh.take();
                        net::close();
                        Self::stop();
                    }
                }
                impl Client { fn stop() {} }
            """,
        }
    )
    assert code.callees("Client.run") == {"Pool.take": 4, "Pool.open": 2, "close": 2, "Client.stop": 3}
    assert {edge.source.name for edge in code.graph.subclasses(code.symbol("Run")) if edge.source} == {"Client"}


def test_rust_type_parameters_are_what_they_are_bound_by() -> None:
    code = Code(
        {
            "src/lib.rs": """
                pub trait Vector {
                    fn splat(byte: u8) -> Self;
                    fn and(self, other: Self) -> Self;
                }
                pub struct Slim<V> { mask: V }
                impl<V: Vector> Slim<V> {
                    fn new() -> V { V::splat(1) }
                    fn one(&self, v: V) { v.and(v); }
                }
                fn two<W>(w: W) where W: Vector { w.and(w); }
                """
        }
    )
    assert code.callers("Vector.and") == {"src/lib.rs:8 Slim.one 4", "src/lib.rs:10 two 4"}
    assert code.callers("Vector.splat") == {"src/lib.rs:7 Slim.new 1"}


def test_c_links_across_files_but_not_to_static_functions() -> None:
    code = Code(
        {
            "src/a.c": '#include "b.h"\nstatic int helper(void) { return 1; }\nint run(void) { helper(); return shared(); }\n',
            "src/b.h": "int shared(void);\n",
            "src/b.c": '#include "b.h"\nstatic int helper(void) { return 2; }\nint shared(void) { return helper(); }\n',
            "src/c.c": "int outside(void) { return helper(); }\n",
        }
    )
    assert code.callees("run") == {"helper": 1, "shared": 2}
    assert code.callers("src/b.c::helper") == {"src/b.c:3 shared 1"}
    assert code.callees("outside") == {}
    assert ("use", "src/b.h") in {(e.kind, e.path) for e in code.graph.references(code.symbol("shared"))}


def test_cpp_methods_apart_from_their_class() -> None:
    code = Code(
        {
            "src/store.hpp": """
                namespace shop {
                class Base { public: void log(int x) {} };
                class Client { public: int send(int x) { return x; } };
                class Store : public Base {
                 public:
                  int load(int key);
                  int size() const { return count_; }
                 private:
                  std::unique_ptr<Client> client_;
                };
                }
            """,
            "src/store.cpp": """
                #include "store.hpp"
                namespace shop {
                static int helper(int x) { return x; }
                int Store::load(int key) {
                  log(key);
                  return client_->send(helper(key)) + this->size();
                }
                Store make_store() { return Store(); }
                }
            """,
            "src/main.cpp": """
                #include "store.hpp"
                int main() {
                  shop::Store store;
                  store.load(1);
                  auto other = shop::make_store();
                  other.size();
                }
            """,
        }
    )
    assert code.callees("shop.Store.load") == {
        "shop.Base.log": 3, "shop.helper": 1, "shop.Client.send": 4, "shop.Store.size": 3,
    }  # fmt: skip
    assert code.callees("main") == {"shop.Store.load": 4, "shop.make_store": 2, "shop.Store.size": 4}


def test_names_never_meet_across_languages() -> None:
    code = Code({"a.py": "def run(): launch()\n", "b.go": "package b\n\nfunc launch() {}\n", "c.js": "x.launch();\n"})
    assert code.callees("run") == {} and code.callers("launch") == set()
