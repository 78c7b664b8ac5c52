"""What Rust calls mean: patterns, closures, shadowing, associated types and what the standard library holds."""

from __future__ import annotations

import pytest
from code_graph import Code

NODES = """
    pub struct Node { id: u8 }
    impl Node {
        pub fn is_leaf(&self) -> bool { true }
        pub fn parent(&self) -> Option<Node> { None }
        pub fn steps(&self) -> Steps<'_> { Steps { node: self } }
        pub fn tried(&self) -> Result<&Node> { Ok(self) }
    }
    pub type Result<T> = std::result::Result<T, String>;
    pub struct Steps<'a> { node: &'a Node }
    impl<'a> Iterator for Steps<'a> {
        type Item = Node;
        fn next(&mut self) -> Option<Self::Item> { None }
    }
    pub struct Text(String);
    impl Text { pub fn is_leaf(&self) -> bool { false } pub fn node(&self) -> Box<Node> { todo!() } }
    pub enum Item { One(Box<Node>), Two { text: Text }, Three }
    pub trait Near { fn near(&self) -> bool; }
    impl Near for u8 { fn near(&self) -> bool { true } }
    pub trait Far: Near { fn far(&self) -> bool { self.near() } }
    pub struct Tree<'a> { pub nodes: Vec<Node>, pub named: std::collections::HashMap<String, Text>, pub root: &'a Node }
"""


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ("tree.nodes.iter().filter(|n| n.is_leaf()).count();", "Node.is_leaf"),
        ("for n in &tree.nodes {\n n.is_leaf();\n }", "Node.is_leaf"),
        ("for (_, n) in tree.nodes.iter().enumerate() {\n n.is_leaf();\n }", "Node.is_leaf"),
        ("for (_, t) in tree.named.iter() {\n t.is_leaf();\n }", "Text.is_leaf"),
        ("tree.named.get(\"a\").map(|t| t.is_leaf());", "Text.is_leaf"),
        ("tree.nodes[0].is_leaf();", "Node.is_leaf"),
        ("tree.root.is_leaf();", "Node.is_leaf"),
        ("if let Some(p) = tree.root.parent() {\n p.is_leaf();\n }", "Node.is_leaf"),
        ("tree.root.parent().unwrap().is_leaf();", "Node.is_leaf"),
        ("tree.root.parent().as_ref().map(|p| p.is_leaf());", "Node.is_leaf"),
        ("tree.root.steps().skip(1).find(|n| n.is_leaf());", "Node.is_leaf"),
        ("tree.root.steps().next().unwrap().is_leaf();", "Node.is_leaf"),
        ("let n = tree.root.tried()?;\n n.is_leaf();", "Node.is_leaf"),
        ("match item {\n Item::One(n) => n.is_leaf(),\n _ => false };", "Node.is_leaf"),
        ("match item {\n Item::Two { text } => text.is_leaf(),\n _ => false };", "Text.is_leaf"),
        ("match item {\n Item::Two { ref text, .. } => text.node().is_leaf(),\n _ => false };", "Node.is_leaf"),
        ("let x: Text = made();\n let x = x.node();\n x.is_leaf();", "Node.is_leaf"),
        ("let x: Text = made();\n {\n let x = tree.root;\n x.id();\n }\n x.is_leaf();", "Text.is_leaf"),
        ("tree.root.id.near();", "u8.near"),
        ("far.far();", "Far.far"),
        ("far.near();", "Near.near"),
    ],
)  # fmt: skip
def test_values_are_followed_through_patterns_closures_and_the_standard_library(body: str, target: str) -> None:
    use = f"use crate::nodes::*;\nfn run<F: Far>(tree: &mut Tree<'_>, item: Item, far: &F) {{\n{body}\n}}\n"
    code = Code({"src/lib.rs": "mod nodes;\nmod user;\n", "src/nodes.rs": NODES, "src/user.rs": use})
    met = {edge.target.qualified for edge in code.graph.callees(code.symbol("run")) if edge.tier < 5}
    assert target in met
    assert not met & {"Node.is_leaf", "Text.is_leaf", "u8.near"} - {target}


def test_a_variable_of_unknown_type_hides_the_one_before() -> None:
    use = "use crate::nodes::*;\nfn run(x: Node) {\nlet x = unknown(|| 1);\nx.is_leaf();\n}\n"
    code = Code({"src/lib.rs": "mod nodes;\nmod user;\n", "src/nodes.rs": NODES, "src/user.rs": use})
    assert code.callees("run") == {}


def test_blocks_of_one_type_that_differ_in_its_arguments() -> None:
    text = """
        struct Wide<V, const N: usize>(V);
        impl<V: Copy> Wide<V, 1> {
            fn go(&self) { self.step() }
            fn step(&self) {}
        }
        impl<V: Copy> Wide<V, 2> {
            fn go(&self) { self.step() }
            fn step(&self) {}
        }
    """
    code = Code({"src/lib.rs": text})
    met = [(edge.line, edge.target.start) for edge in code.graph.calls_in("src/lib.rs")]
    assert met == [(3, 4), (7, 8)]


def test_a_crate_is_known_by_the_name_that_it_declares() -> None:
    """Not by its folder; and what no crate here is called (`std`, `other`) is none of them."""
    code = Code(
        {
            "Cargo.toml": '[package]\nname = "whole-thing"\nversion = "1.0"\n',
            "src/lib.rs": "pub fn top() {}\n",
            "parts/inner/Cargo.toml": '[package]\nname = "inner"\n\n[lib]\nname = "deep"\n',
            "parts/inner/src/lib.rs": "pub fn below() {}\n",
            "tests/all.rs": "use std::fmt;\nuse other::top;\nuse whole_thing::top;\nuse deep::below;\n",
        }
    )
    assert [item.line for item in code.graph.importers("src/lib.rs")] == [3]
    assert [item.line for item in code.graph.importers("parts/inner/src/lib.rs")] == [4]
