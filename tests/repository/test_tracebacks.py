"""Tracebacks, test outputs, sanitizer reports and logs as programs really print them: which errors, and their frames."""

from __future__ import annotations

import time

import pytest

from rlm_tui.repository.errors.tracebacks import MOST_FAILURES, WrittenFailure, read_tracebacks

PYTHON = """\
INFO starting
Traceback (most recent call last):
  File "/ci/build/shop/total.py", line 8, in total
    return sum(shelf.at(i) for i in range(3))
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/ci/build/shop/shelf.py", line 4, in at
    return self.items[n]
           ~~~~~~~~~~^^^
KeyError: 0

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/ci/build/main.py", line 3, in <module>
    total(Shelf())
  File "/ci/build/shop/total.py", line 10, in total
    raise ValueError("no total") from error
shop.errors.TotalError: no total
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "b.py", line 19, in many
  |     raise ExceptionGroup("two failed", errors)
  | ExceptionGroup: two failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "b.py", line 16, in one
    |     total(Shelf())
    | ValueError: first
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "b.py", line 11, in other
    |     raise TypeError("second")
    | TypeError: second
    +------------------------------------
"""
PYTEST = """\
=================================== FAILURES ===================================
__________________________________ test_total __________________________________

    def test_total():
>       assert total(Shelf()) == 3
               ^^^^^^^^^^^^^^

tests/test_b.py:21:\x20
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

shelf = <b.Shelf object at 0x7fe8a2863450>

    def total(shelf):
        try:
            return sum(shelf.at(i) for i in range(3))
        except KeyError as error:
>           raise ValueError("no total for shelf") from error
E           ValueError: no total for shelf

src/b.py:11: ValueError
=========================== short test summary info ============================
FAILED tests/test_b.py::test_total - ValueError: no total for shelf
"""
PYTEST_SHORT = """\
src/b.py:9: in total
    return sum(s.at(i) for i in range(3))
src/b.py:4: in at
    return self.items[n]
E   KeyError: 0
"""
SYNTAX = """\
  File "/app/shop/cart.py", line 3
    def add(self
           ^
SyntaxError: '(' was never closed
"""
NODE = """\
/srv/app/src/shelf.js:7
    throw new Error("no total", { cause: e });
    ^

Error: no total
    at main (/srv/app/src/shelf.js:7:49)
    at Object.<anonymous> (/srv/app/src/shelf.js:9:1)
    ... 3 lines matching cause stack trace ...
    at node:internal/main/run_main_module:28:49 {
  [cause]: TypeError: Cannot read properties of undefined (reading 'p')
      at Shelf.at (/srv/app/src/shelf.js:3:32)
      at /srv/app/src/shelf.js:5:51
      at Array.map (<anonymous>)
      at async Promise.all (index 0)
      at async total (file:///srv/app/src/total.mjs:5:38)
}
"""
FIREFOX = """\
TypeError: cart.items is undefined
addItem@http://localhost:8080/web/cart.js:5:3
@http://localhost:8080/web/main.js:2:1
"""
JEST = """\
  ● cart > adds an item

    expect(received).toBe(expected) // Object.is equality

    Expected: 2
    Received: 1

      3 | test("adds an item", () => {
    > 4 |   expect(addItem(cart, "tea")).toBe(2);
        |                                ^

      at Object.toBe (web/cart.test.js:4:32)
      at addItem (web/cart.js:5:9)
"""
VITEST = """\
 FAIL  web/cart.test.ts > adds an item
TypeError: Cannot read properties of undefined (reading 'push')
 \u276f addItem web/cart.ts:5:14
 \u276f web/cart.test.ts:4:10
"""
GO = """\
panic: runtime error: index out of range [1] with length 1 [recovered]
	panic: runtime error: index out of range [1] with length 1

goroutine 6 [running]:
panic({0x518a00, 0xc00001a090})
	/usr/lib/go-1.19/src/runtime/panic.go:884 +0x212
example.org/demo/shelf.(*Shelf).At(...)
	/build/demo/shelf/shelf.go:6
example.org/demo/shelf.Total({0x1, (*T)(0xc00)}, 0x2)
	/build/demo/shelf/shelf.go:12 +0x1d
created by testing.(*T).Run in goroutine 1
	/usr/lib/go-1.19/src/testing/testing.go:1493 +0x35f
"""
RACE = """\
==================
WARNING: DATA RACE
Read at 0x00c00001a0c8 by goroutine 6:
  main.main.func1()
      /build/demo/main.go:13 +0x39

Previous write at 0x00c00001a0c8 by goroutine 7:
  main.count()
      /build/demo/main.go:22 +0x4b

Goroutine 6 (running) created at:
  main.main()
      /build/demo/main.go:12 +0x84
==================
"""
GO_TEST = """\
--- FAIL: TestTotal (0.00s)
    shelf_test.go:6: want 3
FAIL	example.org/demo/shelf	0.004s
"""
RUST = """\
thread 'main' (30092) panicked at src/lib.rs:4:51:
index out of bounds: the len is 1 but the index is 1
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/59807616/library/std/src/panicking.rs:689:5
   6: demo::Shelf::at
             at ./src/lib.rs:4:51
   7: demo::total::{{closure}}
             at ./src/lib.rs:6:51
"""
RUST_OLD = "thread 'main' panicked at 'no shelf', src/main.rs:2:5\n"
JAVA = """\
2024-05-01T10:00:00.123Z ERROR request failed
2024-05-01T10:00:00.123Z java.lang.IllegalStateException: no total for shelf
2024-05-01T10:00:00.123Z 	at app//demo.Shop.total(Shop.java:11) ~[shop.jar:1.0]
2024-05-01T10:00:00.123Z 	at demo.Shop.main(Shop.java:13)
2024-05-01T10:00:00.123Z 	Suppressed: java.io.IOException: close failed
2024-05-01T10:00:00.123Z 		at demo.Shop.close(Shop.java:20)
2024-05-01T10:00:00.123Z Caused by: java.lang.IndexOutOfBoundsException: Index 0 out of bounds for length 0
2024-05-01T10:00:00.123Z 	at java.base/java.util.ArrayList.get(ArrayList.java:427)
2024-05-01T10:00:00.123Z 	at demo.Shop$Shelf.at(Shop.java:6)
2024-05-01T10:00:00.123Z 	at demo.Shop.lambda$total$0(Shop.java:10)
2024-05-01T10:00:00.123Z 	... 12 more
"""
KOTLIN = """\
Exception in thread "main" java.lang.IllegalStateException: empty
	at demo.ShopKt.total(Shop.kt:4)
	at demo.ShopKt.main(Shop.kt)
"""
ASAN = """\
==31229==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000018 at pc 0x55d4 bp 0x7f sp 0x7f
READ of size 4 at 0x602000000018 thread T0
    #0 0x55d401d3c5a2 in shop::Shelf::at(int) const /ci/src/a.cc:8:9
    #1 0x55d401d3c606 in int shop::total<shop::Shelf>(shop::Shelf const&) /ci/src/a.cc:12
    #2 0x55d401d3c160 in _start (/ci/asan+0x2160)

0x602000000018 is located 0 bytes to the right of 8-byte region
allocated by thread T0 here:
    #0 0x7f674c6b9628 in operator new[](unsigned long) ../../asan_new_delete.cpp:98
    #1 0x55d401d3c444 in shop::Shelf::Shelf() /ci/src/a.cc:7
SUMMARY: AddressSanitizer: heap-buffer-overflow /ci/src/a.cc:8 in shop::Shelf::at(int) const
"""
UBSAN = "a.cc:12:35: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'\n"
VALGRIND = """\
==31261== Invalid read of size 4
==31261==    at 0x10923B: shop::Shelf::at(int) const (a.cc:8)
==31261==    by 0x10926B: main (a.cc:21)
==31261==  Address 0x4d6dc88 is 0 bytes after a block of size 8 alloc'd
==31261==    at 0x484320F: operator new[](unsigned long) (in /usr/libexec/valgrind/memcheck.so)
==31261==    by 0x10920D: shop::Shelf::Shelf() (a.cc:7)
"""
GDB = """\
Program received signal SIGSEGV, Segmentation fault.
#0  0x00005555555551f4 in shop::total (s=..., f=0x0) at src/a.cc:22
#1  main () at src/main.cc:3
#2  0x00007ffff7a2 in __libc_start_call_main () from /lib/x86_64-linux-gnu/libc.so.6
"""
ASSERT = "plain: c/a.cc:18: int main(int, char**): Assertion `s.items == nullptr' failed.\n"
GTEST = """\
[ RUN      ] Shelf.Total
test/a_test.cc:12: Failure
Expected equality of these values:
"""
ADDR2LINE = "shop::total(Shelf const&) at /ci/src/a.cc:12\n (inlined by) main at /ci/src/main.cc:3\n"
RUBY = """\
app/cart.rb:12:in `add': undefined method `push' for nil (NoMethodError)
	from app/cart.rb:4:in `block in fill'
	from bin/shop:3:in `<main>'
"""
PHP = """\
PHP Fatal error:  Uncaught TypeError: Cart::add(): Argument #1 must be of type string in /var/www/src/Cart.php:12
Stack trace:
#0 /var/www/src/Shop.php(34): Cart->add(NULL)
#1 {main}
  thrown in /var/www/src/Cart.php on line 12
"""
CSHARP = """\
Unhandled exception. System.InvalidOperationException: no total
 ---> System.NullReferenceException: Object reference not set
   at Shop.Shelf.At(Int32 n) in /src/Shop/Shelf.cs:line 8
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args) in /src/Shop/Program.cs:line 3
"""
TSC = "src/cart.ts(12,5): error TS2345: Argument of type 'null' is not assignable.\n"
GCC = "src/a.c:12:5: error: 'items' undeclared (first use in this function)\n"


def told(failure: WrittenFailure) -> list[tuple[str, int, str]]:
    return [(frame.file.rpartition("/")[2], frame.line, frame.function) for frame in failure.frames]


@pytest.mark.parametrize(
    ("text", "kinds", "frames"),
    [
        (PYTHON, ["KeyError/cause", "shop.errors.TotalError/"], [("shelf.py", 4, "at"), ("total.py", 8, "total")]),
        (GROUP, ["ExceptionGroup/", "ValueError/part", "TypeError/part"], [("b.py", 19, "many")]),
        (PYTEST, ["ValueError/"], [("b.py", 11, "total"), ("test_b.py", 21, "test_total")]),
        (PYTEST_SHORT, ["KeyError/"], [("b.py", 4, "at"), ("b.py", 9, "total")]),
        (SYNTAX, ["SyntaxError/"], [("cart.py", 3, "")]),
        (NODE, ["Error/", "TypeError/cause"], [("shelf.js", 7, "main"), ("shelf.js", 9, "Object.<anonymous>")]),
        (FIREFOX, ["TypeError/"], [("cart.js", 5, "addItem"), ("main.js", 2, "")]),
        (JEST, ["/"], [("cart.test.js", 4, "Object.toBe"), ("cart.js", 5, "addItem")]),
        (VITEST, ["TypeError/"], [("cart.ts", 5, "addItem"), ("cart.test.ts", 4, "")]),
        (
            GO,
            ["panic/"],
            [
                ("panic.go", 884, "panic"),
                ("shelf.go", 6, "example.org/demo/shelf.(*Shelf).At"),
                ("shelf.go", 12, "example.org/demo/shelf.Total"),
                ("testing.go", 1493, "testing.(*T).Run"),
            ],
        ),
        (RACE, ["DATA RACE/", "Previous write/previous", "Goroutine 6/created"], [("main.go", 13, "main.main.func1")]),
        (GO_TEST, ["/"], [("shelf_test.go", 6, "TestTotal")]),
        (
            RUST,
            ["panic/"],
            [
                ("lib.rs", 4, ""),
                ("panicking.rs", 689, "__rustc::rust_begin_unwind"),
                ("lib.rs", 4, "demo::Shelf::at"),
                ("lib.rs", 6, "demo::total::{{closure}}"),
            ],
        ),
        (RUST_OLD, ["/"], [("main.rs", 2, "")]),
        (
            JAVA,
            [
                "java.lang.IllegalStateException/",
                "java.io.IOException/suppressed",
                "java.lang.IndexOutOfBoundsException/cause",
            ],
            [("Shop.java", 11, "demo.Shop.total"), ("Shop.java", 13, "demo.Shop.main")],
        ),
        (KOTLIN, ["java.lang.IllegalStateException/"], [("Shop.kt", 4, "demo.ShopKt.total")]),
        (
            ASAN,
            ["AddressSanitizer: heap-buffer-overflow/", "allocated/allocated"],
            [
                ("a.cc", 8, "shop::Shelf::at(int) const"),
                ("a.cc", 12, "int shop::total<shop::Shelf>(shop::Shelf const&)"),
                ("", 0, "_start"),
            ],
        ),
        (UBSAN, ["runtime error/"], [("a.cc", 12, "")]),
        (
            VALGRIND,
            ["Invalid read/", "Address/allocated"],
            [("a.cc", 8, "shop::Shelf::at(int) const"), ("a.cc", 21, "main")],
        ),
        (
            GDB,
            ["SIGSEGV/"],
            [
                ("a.cc", 22, "shop::total (s=..., f=0x0) at"),
                ("main.cc", 3, "main () at"),
                ("", 0, "__libc_start_call_main"),
            ],
        ),
        (ASSERT, ["Assertion/"], [("a.cc", 18, "int main(int, char**)")]),
        (GTEST, ["Failure/"], [("a_test.cc", 12, "")]),
        (ADDR2LINE, ["/"], [("a.cc", 12, "shop::total(Shelf const&)"), ("main.cc", 3, "main")]),
        (RUBY, ["NoMethodError/"], [("cart.rb", 12, "add"), ("cart.rb", 4, "block in fill"), ("shop", 3, "<main>")]),
        (PHP, ["TypeError/"], [("Cart.php", 12, ""), ("Shop.php", 34, "")]),
        (TSC, ["error/"], [("cart.ts", 12, "")]),
        (GCC, ["error/"], [("a.c", 12, "")]),
    ],
    ids=lambda value: value[:20].strip() if isinstance(value, str) else "",
)
def test_what_programs_print(text: str, kinds: list[str], frames: list[tuple[str, int, str]]) -> None:
    found = [one for one in read_tracebacks(text) if one.relation != "mention"]
    assert [f"{one.kind}/{one.relation}" for one in found] == kinds
    assert told(found[0])[: len(frames)] == frames


def test_a_chain_has_the_message_text_and_frames_of_each_error() -> None:
    cause, error = read_tracebacks(PYTHON)
    assert (cause.message, error.message) == ("0", "no total")
    assert [frame.text for frame in error.frames] == ['raise ValueError("no total") from error', "total(Shelf())"]
    inner, *_, last = read_tracebacks(JAVA)
    assert told(last)[1:] == [("Shop.java", 6, "demo.Shop$Shelf.at"), ("Shop.java", 10, "demo.Shop.lambda$total$0")]
    assert inner.message == "no total for shelf"


def test_csharp_has_the_inner_error_first() -> None:
    found = read_tracebacks(CSHARP)
    assert {"System.NullReferenceException", "System.InvalidOperationException"} >= {
        one.kind for one in found if one.kind
    }
    assert [frame.line for one in found for frame in one.frames] == [8, 3]


@pytest.mark.parametrize("keep", range(1, 9))
def test_half_a_traceback_is_one(keep: int) -> None:
    lines = PYTHON.splitlines()[1:9]
    for part in (lines[:keep], lines[-keep:]):
        for one in read_tracebacks("\n".join(part)):
            assert one.frames or one.kind


def test_colours_and_the_prefixes_of_logs_are_no_part_of_a_frame() -> None:
    coloured = "\x1b[31mTypeError\x1b[39m: no\n    at \x1b[1maddItem\x1b[22m (\x1b[36mweb/cart.js\x1b[39m:5:9)\n"
    (found,) = read_tracebacks(coloured)
    assert (found.kind, found.message, told(found)) == ("TypeError", "no", [("cart.js", 5, "addItem")])
    composed = "\n".join(f"web-1  | {line}" for line in PYTHON.splitlines())
    assert [told(one) for one in read_tracebacks(composed)] == [told(one) for one in read_tracebacks(PYTHON)]


def test_the_same_error_is_told_once_and_counted() -> None:
    (found,) = read_tracebacks(KOTLIN * 50)
    assert found.times == 50


def test_a_description_names_places_and_errors_without_frames() -> None:
    text = (
        "With an empty cart I get `ValueError: no items left`, see src/shop/cart.py:12 and https://x.example/a.py#L3."
    )
    alone, mentioned = read_tracebacks(text)
    assert (alone.kind, alone.message[:13], alone.frames) == ("ValueError", "no items left", [])
    assert mentioned.relation == "mention"
    assert ("cart.py", 12, "") in told(mentioned)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0" * 1000,
        '\x00File "\x00", line 3, in \x00\n',
        'File "' + "a" * 100_000 + '", line 1, in x',
        "at " * 50_000,
        "(" * 20_000 + "\n" + ")" * 20_000,
        "Error: " * 20_000,
        "#" * 100_000 + "0 in x y:1",
        'File "../../etc/passwd", line 99999999999999, in x\n',
        "\n".join(f"E{number}Error: {number}" for number in range(5_000)),
        "\n".join(f'  File "a.py", line {number}, in f{number}' for number in range(20_000)),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_read_in_bounds(text: str) -> None:
    found = read_tracebacks(text)
    assert len(found) <= MOST_FAILURES + 1
    assert all(len(one.frames) <= 100 for one in found)


def test_a_long_log_is_read_from_both_its_ends() -> None:
    noise = "2024-05-01 10:00:00 INFO nothing happened here at all (12 ms)\n" * 100_000
    found = read_tracebacks(KOTLIN + noise + SYNTAX)
    assert [one.kind for one in found] == ["java.lang.IllegalStateException", "SyntaxError"]


def test_hostile_lines_cost_little_and_deep_paths_are_read() -> None:
    end = "e at :line .php( :in .go: .py: == # ssertion runtime error @ panicked at --> Error "
    started = time.process_time()
    for length in (900, 2_000):
        read_tracebacks("\n".join(["a." * ((length - len(end)) // 2) + end] * 1_900))
    read_tracebacks("\n".join(["at " * 100 + "(" + ") in " * 100 + ":line "] * 1_900))
    assert time.process_time() - started < 20  # processor time: it was minutes, and is 2 s
    (mention,) = read_tracebacks("see /" + "deep/" * 40 + "a.py:12")
    assert mention.frames[0].line == 12
