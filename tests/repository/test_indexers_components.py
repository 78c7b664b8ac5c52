"""Components of Vue and Svelte: scripts, what templates say in code, and lines that stay where they are."""

from __future__ import annotations

import pytest
from code_graph import Code, facts_of

VUE = """<template>
  <!-- {{ notThis() }} -->
  <button :class="{ on: active }" @click="save(item)" v-for='item in list()'>{{ label(item) }}</button>
</template>

<script setup lang="ts">
import { useUser } from "./user";
const user = useUser();
function save(item: Item): void {
  send(item);
}
</script>

<style>.a { color: v-bind(tint()) }</style>
"""
SVELTE = """<script lang="ts">
  import { load } from "./user";
  export let name: string;
  function go() { load(name); }
</script>
{#if ready(name)}
  <button on:click={go}>{title(name)}</button>
{:else if late({ by: 1 })}{/if}
{#each pages(name) as page (page.id)}<p>{page}</p>{/each}
"""


def test_a_component_of_vue() -> None:
    facts = facts_of("src/Card.vue", VUE)
    assert [(s.kind, s.qualified, s.start, s.end) for s in facts.symbols if s.kind == "function"] == [
        ("function", "save", 9, 11)
    ]
    assert [(item.module, item.line) for item in facts.imports] == [("./user", 7)]
    said = {(one.name, one.line) for one in facts.references if one.kind == "call"}
    assert said >= {("save", 3), ("useUser", 8)}
    assert not {name for name, _ in said} & {"notThis", "tint"}


def test_a_component_of_svelte() -> None:
    facts = facts_of("src/Page.svelte", SVELTE)
    assert [s.qualified for s in facts.symbols if s.kind == "function"] == ["go"]
    assert {(one.name, one.line) for one in facts.references} >= {("load", 4), ("go", 7)}


@pytest.mark.parametrize("text", ["", "<script", "<script>", "{{", "{{ }}", "<script>function a() {", "{{{{{{" * 2_000])
def test_halves_of_components_are_read(text: str) -> None:
    for path in ("a.vue", "a.svelte"):
        assert facts_of(path, text).lines == (1 if text else 0)


def test_components_call_modules() -> None:
    code = Code({"src/user.ts": "export function useUser() { return 1; }\n", "src/Card.vue": VUE})
    assert code.callers("useUser") == {"src/Card.vue:8 user 2"}
