"""Kotlin: functions of one name are told apart by what they are given, and by the type that they extend."""

from __future__ import annotations

from code_graph import Code

SHOP = """
package shop

class Till {
    fun take(coin: Int) {}
    fun take(note: String, times: Int = 1) {}
    fun take(note: String, done: (Int) -> Unit) {}
}
class Drawer
fun Till.count(all: Boolean = true) = 1
fun Drawer.count(all: Boolean = true) = 2
fun Drawer.twice() = count(false)

fun use(till: Till, drawer: Drawer) {
    till.take(1)
    till.take("five", times = 2)
    till.take("five") { it + 1 }
    till.take(note = "six")
    till.count()
    drawer.count(all = false)
}
"""


def test_kotlin_functions_of_one_name_are_told_apart() -> None:
    found = [(e.line, e.target.start) for e in Code({"Shop.kt": SHOP}).graph.calls_in("Shop.kt")]
    assert found == [(11, 10), (14, 4), (15, 5), (16, 6), (17, 5), (18, 9), (19, 10)]
