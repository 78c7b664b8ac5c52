"""C and C++: declarators, includes, classes and qualified definitions."""

from __future__ import annotations

import pytest
from code_graph import calls, facts_of, kinds, types

from rlm_tui.repository.indexer import indexers

C = """
#include <stdio.h>
#include "lib/queue.h"

#define MAX_ITEMS 10
#define EACH(x) for (;;)

/* A list
   of jobs. */
struct job { struct queue *owner; int id; };
typedef struct { int x; } point;
enum mode { FAST, SLOW = 2 };
static const struct ops table = { .run = job_run, .stop = NULL };
int job_run(struct job *j, point p);

// Runs one.
static int *job_run(struct job *j, point p)
{
    queue_push(j->owner, &helper);
    j->owner->free(j);
    if (p.x == FAST) return EACH(MAX_ITEMS);
    return (int *)job_next(j);
}
"""

CPP = """
#include "store.hpp"
namespace shop {
template <typename T>
class Store : public Base<T>, private util::Locked {
 public:
  Store(Client* client) : client_(client) {}
  virtual int load(const Key& key) = 0;
  int size() const { return items_.size(); }
 private:
  std::unique_ptr<Client> client_;
  util::Items items_;
};

int Cart::total(const Order& order) {
  auto view = make_view(order);
  Sum* sum = new Sum();
  view->each([](Item& item) { item.price(); });
  return util::add<int>(sum->value(), shop::tax());
}
Cart::~Cart() = default;
using Key = std::string;
}
"""


def test_c() -> None:
    facts = facts_of("src/job.c", C)
    found = kinds(facts)
    assert found == {
        "MAX_ITEMS": "constant",
        "EACH": "macro",
        "job": "struct",
        "point": "type",
        "mode": "enum",
        "mode.FAST": "constant",
        "mode.SLOW": "constant",
        "table": "variable",
        "job_run": "function",
    }
    by_name = {symbol.qualified: symbol for symbol in facts.symbols}
    assert by_name["job"].doc == "A list\nof jobs." and by_name["job_run"].doc == "Runs one."
    assert by_name["job_run"].signature == "static int *job_run(struct job *j, point p)"
    assert calls(facts) == [
        "queue_push in job_run", "j->owner.free in job_run", "EACH in job_run", "job_next in job_run",
    ]  # fmt: skip
    uses = calls(facts, "use")
    assert {"job_run in table", "job_run", "helper in job_run", "FAST in job_run", "MAX_ITEMS in job_run"} <= set(uses)
    assert {("job", "owner", "queue"), ("job_run", "j", "job"), ("job_run", "p", "point")} <= types(facts)
    assert [i.module for i in facts.imports] == ["<stdio.h>", "lib/queue.h"]


def test_cpp() -> None:
    facts = facts_of("src/store.cpp", CPP)
    found = kinds(facts)
    for name, kind in {
        "shop": "module",
        "shop.Store": "class",
        "shop.Store.load": "method",
        "shop.Store.size": "method",
        "shop.Cart.total": "method",
        "shop.Key": "type",
    }.items():
        assert found[name] == kind, name
    assert calls(facts, "inherit") == ["Base in shop.Store", "util.Locked in shop.Store"]
    for wanted in (
        "items_.size in shop.Store.size",
        "make_view in shop.Cart.total",
        "Sum in shop.Cart.total",
        "sum.value in shop.Cart.total",
        "item.price in shop.Cart.total",
        "shop.tax in shop.Cart.total",
    ):
        assert wanted in calls(facts)
    assert {
        ("shop.Store", "client_", "Client"),
        ("shop.Cart.total", "order", "const Order"),
        ("shop.Cart.total", "sum", "Sum"),
        ("shop.Cart.total", "view", "make_view()"),
        ("shop.Cart.total", "item", "Item"),
    } <= types(facts)


@pytest.mark.parametrize(
    ("module", "importer", "found"),
    [
        ("queue.h", "src/lib/queue.c", ("src/lib/queue.h",)),
        ("lib/queue.h", "src/job.c", ("src/lib/queue.h",)),
        ("../lib/queue.h", "src/net/socket.c", ("src/lib/queue.h",)),
        ("<jobs/api.h>", "src/job.c", ("include/jobs/api.h",)),
        ("<stdio.h>", "src/job.c", ()),
    ],
)
def test_includes_lead_to_files(module: str, importer: str, found: tuple[str, ...]) -> None:
    files = (
        "include/jobs/api.h",
        "src/job.c",
        "src/lib/queue.c",
        "src/lib/queue.h",
        "compat/stdio.h",
        "src/net/socket.c",
    )
    assert indexers()[".c"].resolve(module, importer, files) == found


MACROS = """
    #define DEMO_BEGIN_NAMESPACE namespace demo {
    DEMO_BEGIN_NAMESPACE
    DEMO_EXPORT
    template <typename T> DEMO_CONSTEXPR20 auto twice(T a) -> int { return half(a); }
    class DEMO_API Writer {
     public:
      DEMO_NODISCARD
      bool good() { return true; }
      DEMO_INLINE static int size(int a,
    #ifdef DEMO_WIDE
                                  long b
    #else
                                  int b
    #endif
      ) { return a; }
      DEMO_HANDLE raw() { return 0; }
    };
    enum Kind { DEMO_A,
      DEMO_B
    };
    DEMO_END_NAMESPACE
"""


def test_macros_that_open_namespaces_and_stand_before_declarations_are_read_past() -> None:
    facts = facts_of("demo.hpp", MACROS)
    assert not facts.has_errors
    assert kinds(facts) == {
        "DEMO_BEGIN_NAMESPACE": "constant", "demo": "module", "demo.twice": "function", "demo.Writer": "class",
        "demo.Writer.good": "method", "demo.Writer.size": "method", "demo.Writer.raw": "method", "demo.Kind": "enum",
        "demo.Kind.DEMO_A": "constant", "demo.Kind.DEMO_B": "constant",
    }  # fmt: skip
    assert [(s.start, s.signature) for s in facts.symbols if s.name == "raw"] == [(16, "DEMO_HANDLE raw()")]
