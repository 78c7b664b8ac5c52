"""Lua and shell: what a file says, and what its names mean across files."""

from __future__ import annotations

from code_graph import Code, calls, facts_of, kinds, types

LUA = """
    local M = {}
    local log = require("zoo.log")
    local ok, json = pcall(require, "cjson")
    local LIMIT = 3
    --- Makes one.
    -- @param keeper Keeper
    function M.new(keeper)
      local found = log.open(1)
      return setmetatable({}, { __index = M })
    end
    function M:feed() self:eat(); helper() end
    M.eat = function() end
    local function helper() end
    local t = { run = function() end, z = 1 }
    local Lion = setmetatable({}, { __index = M })
    return M
"""


def test_lua_facts() -> None:
    facts = facts_of("src/zoo/animal.lua", LUA)
    assert kinds(facts) == {
        "M": "class",
        "LIMIT": "constant",
        "M.new": "method",
        "M.feed": "method",
        "M.eat": "method",
        "helper": "function",
        "t": "class",
        "t.run": "method",
        "Lion": "class",
    }
    found = {symbol.qualified: symbol for symbol in facts.symbols}
    assert (found["M.new"].start, found["M.new"].end, found["M.new"].doc) == (7, 10, "Makes one.\n@param keeper Keeper")
    assert (found["helper"].visibility, found["M.new"].visibility) == ("private", "public")
    assert [(i.module, i.names, i.alias) for i in facts.imports] == [
        ("zoo.log", (("default", "log"),), "log"),
        ("cjson", (("default", "json"),), "json"),
        ("", (("M", "default"),), ""),
    ]
    assert {("M.new", "return", "self"), ("M.new", "keeper", "Keeper"), ("M.new", "found", "log.open()")} <= types(
        facts
    )
    assert calls(facts, "inherit") == ["M in Lion"]


def test_lua_edges() -> None:
    code = Code(
        {
            "src/zoo/animal.lua": LUA,
            "src/zoo/log/init.lua": "local log = {}\nfunction log.open(x) end\nreturn log\n",
            "src/zoo/tools.lua": "local function far() end\nreturn { near = function() end, far = far }\n",
            "src/main.lua": """
                local Animal = require "zoo.animal"
                local tools = require("zoo.tools")
                local function run(x)
                  local pet = Animal.new(x)
                  pet:feed()
                  tools.near()
                  x:feed()
                end
            """,
            "spec/animal_spec.lua": 'local Animal = require("zoo.animal")\nAnimal:feed()\n',
        }
    )
    assert code.callees("run") == {"M.new": 2, "M.feed": 5, "near": 2}
    assert code.callers("M.feed") == {"src/main.lua:5 run 4", "src/main.lua:7 run 5", "spec/animal_spec.lua:2 <file> 2"}
    assert code.callers("M.eat") == {"src/zoo/animal.lua:11 M.feed 3"}
    assert code.callers("log.open") == {"src/zoo/animal.lua:8 M.new 2"}
    assert [edge.source.qualified for edge in code.graph.subclasses(code.symbol("M")) if edge.source] == ["Lion"]
    assert [item.path for item in code.graph.importers("src/zoo/log/init.lua")] == ["src/zoo/animal.lua"]
    assert facts_of("spec/animal_spec.lua", "local x = 1").is_test


BASH = """
    #!/usr/bin/env bash
    source "$(dirname "$0")/lib/log.sh"
    . ./local.sh
    LIMIT=3
    # Feeds all.
    feed-all() {
      local x=1
      zoo::open "$x" | grep lion
      trap cleanup EXIT
    }
    function zoo::open { "$cmd" x; ./feed-all; }
    cleanup() { rm -f x; }
    if feed-all; then cleanup; fi
"""


def test_bash_facts() -> None:
    facts = facts_of("bin/run.sh", BASH)
    assert kinds(facts) == {
        "LIMIT": "constant",
        "feed-all": "function",
        "zoo::open": "function",
        "cleanup": "function",
    }
    found = {symbol.qualified: symbol for symbol in facts.symbols}
    assert (found["feed-all"].start, found["feed-all"].end, found["feed-all"].doc) == (6, 10, "Feeds all.")
    assert [i.module for i in facts.imports] == ["./lib/log.sh", "./local.sh"]
    assert calls(facts) == ["zoo::open in feed-all", "feed-all", "cleanup"]


def test_bash_edges() -> None:
    code = Code(
        {
            "bin/run.sh": BASH + "\n    warn x\n    other\n",
            "bin/lib/log.sh": "warn() { echo; }\ndeep() { :; }\n",
            "bin/local.sh": "source lib/more.sh\n",
            "bin/lib/more.sh": "other() { warn; }\n",
            "bin/unrelated.sh": "lonely() { cleanup; }\n",
        }
    )
    assert code.callers("cleanup") == {"bin/run.sh:13 <file> 1"}
    assert code.callers("warn") == {"bin/run.sh:15 <file> 2"}
    assert code.callers("other") == {"bin/run.sh:16 <file> 2"}
    assert code.callees("feed-all") == {"zoo::open": 1}
    assert {edge.kind for edge in code.graph.references(code.symbol("cleanup"))} == {"call", "use"}


def test_bats_tests_are_functions() -> None:
    facts = facts_of(
        "test/run.bats", 'load test_helper\n\nsetup() { :; }\n\n@test "runs, and ends" {\n  run feed-all\n}\n'
    )
    assert facts.is_test
    assert not facts.has_errors
    assert [(s.name, s.start, s.end) for s in facts.symbols] == [("setup", 3, 3), ("runs__and_ends", 5, 7)]
    assert calls(facts, "use") == ["feed-all in runs__and_ends"]
    assert [i.module for i in facts.imports] == ["./test_helper.bash"]


def test_broken_syntax_gives_what_could_be_read() -> None:
    assert "g" in kinds(facts_of("a.lua", "function f(\nend\nlocal x = = 3\nfunction g() end\n"))
    assert "g" in kinds(facts_of("a.sh", "f() { if true; then\n}\ng() { echo; }\n"))
