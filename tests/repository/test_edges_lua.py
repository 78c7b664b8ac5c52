"""Lua: a local that holds a function of another module is that function when it is called."""

from __future__ import annotations

from code_graph import Code

MAIN = """
local list = require 'list'
local map = list.map
map(1)
local function run()
   local one, two = list.map, list.each
   one(2)
   two(3)
end
"""
FILES = {
    "list.lua": "local list = {}\nfunction list.map(f) end\nfunction list.each(f) end\nreturn list\n",
    "main.lua": MAIN,
}


def test_lua_locals_that_hold_functions_are_followed() -> None:
    edges = [e for e in Code(FILES).graph.calls_in("main.lua") if e.tier < 5 and e.target.path == "list.lua"]
    assert [(e.line, e.target.start) for e in edges] == [(3, 2), (6, 2), (7, 3)]
