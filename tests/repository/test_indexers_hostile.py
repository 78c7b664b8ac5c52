"""Files that no person wrote to be read: the parse ends, and tells what could be read."""

from __future__ import annotations

import pickle

import pytest
from code_graph import facts_of, kinds

from rlm_tui.repository.indexer import indexers

SUFFIXES = [".py", ".js", ".ts", ".tsx", ".go", ".rs", ".java", ".c", ".cpp"]
FUNCTION = {
    ".py": "def {}():\n    pass\n",
    ".js": "function {}() {{}}\n",
    ".ts": "function {}(): void {{}}\n",
    ".tsx": "function {}(): void {{}}\n",
    ".go": "func {}() {{}}\n",
    ".rs": "fn {}() {{}}\n",
    ".java": "class A {{ void {}() {{}} }}\n",
    ".c": "int {}(void) {{ return 0; }}\n",
    ".cpp": "int {}() {{ return 0; }}\n",
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\n",
        b"\xef\xbb\xbf",
        b"\x00" * 100,
        b"\xff\xfe\x80" * 50,
        b"\"'`/*#{[(<",
        b"(" * 100_000,
        b"{" * 20_000 + b"}" * 20_000,
        b"a.b(" * 5_000,
        b"class " * 2_000,
        b"x" * 300_000,
    ],
    ids=["empty", "newline", "bom", "nul", "no text", "open", "brackets", "braces", "chain", "class", "long"],
)
def test_any_bytes_give_facts(suffix: str, source: bytes) -> None:
    facts = indexers()[suffix].parse(f"a{suffix}", source)
    assert facts.language and pickle.loads(pickle.dumps(facts)) == facts
    assert all(-1 <= r.scope < len(facts.symbols) for r in facts.references)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".py", "from a{}import b\nx{}: T{}= f()\nwith f({}) as y: pass\n"),
        (".js", "import {{ a{} }} from{}'b'\nconst x{}= await{}f()\n"),
        (".ts", "const x{}: T<{}> = new{}F()\nfunction f(a{}: B) {{}}\n"),
        (".go", 'package p\nimport a{}"b"\nfunc f() {{ x{}:= &T{}{{}} ; y := z.({}T) }}\n'),
        (".rs", "use a::{{{}b, c as{}d}};\nfn f(){}{{ let x{}: T = y; }}\n"),
        (".java", "import{}a.B;\nclass A {{ @X({}) B b{}= new{}C(); }}\n"),
        (".c", '#include{}"a.h"\nstruct a{}*b;\nint f(struct{}c *d){}{{ return 0; }}\n'),
        (".cpp", "std::unique_ptr<{}T{}> a;\nvoid f() {{ auto{}x ={}g(); }}\n"),
    ],
)
@pytest.mark.parametrize(
    "filler", [" " * 60_000, "a." * 30_000, "(a)" * 20_000, "\t\n" * 30_000], ids=["spaces", "dots", "parens", "lines"]
)
def test_no_rule_backtracks_for_ever(suffix: str, text: str, filler: str) -> None:
    source = text.format(*[filler] * text.count("{}")).encode()
    assert indexers()[suffix].parse(f"a{suffix}", source).language


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_syntax_keeps_what_stands_around_it(suffix: str) -> None:
    before, after = FUNCTION[suffix].format("before"), FUNCTION[suffix].format("after")
    facts = indexers()[suffix].parse(f"a{suffix}", f"{before}\n)]}} %% ((\n\n{after}".encode())
    assert facts.has_errors and "before" in {symbol.name for symbol in facts.symbols}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_crlf_keeps_lines_and_marks_off_the_text(suffix: str) -> None:
    text = FUNCTION[suffix].format("first") + "\n" + FUNCTION[suffix].format("second")
    plain = indexers()[suffix].parse(f"a{suffix}", text.encode())
    crlf = indexers()[suffix].parse(f"a{suffix}", text.replace("\n", "\r\n").encode())
    assert [(s.qualified, s.start, s.end, s.signature) for s in crlf.symbols] == [
        (s.qualified, s.start, s.end, s.signature) for s in plain.symbols
    ]


def test_nul_bytes_in_the_middle() -> None:
    facts = facts_of("a.py", b"def first():\n    pass\n\x00\x00\ndef second():\n    pass\n")
    assert "first" in kinds(facts)


def test_names_beyond_ascii_keep_their_spans() -> None:
    source = (
        'class Größe:\n    """Maß für alles."""\n    def größer(self, ä: Öl) -> bool:\n        return vergleiche(ä)\n'
    )
    facts = facts_of("a.py", source.encode())
    assert kinds(facts) == {"Größe": "class", "Größe.größer": "method"}
    method = facts.symbols[1]
    assert source.encode()[method.start_byte : method.end_byte].decode().startswith("def größer")
    assert method.signature == "def größer(self, ä: Öl) -> bool" and facts.symbols[0].doc == "Maß für alles."
    assert [(r.name, r.line) for r in facts.references if r.kind == "call"] == [("vergleiche", 4)]


def test_control_characters_reach_neither_docs_nor_signatures() -> None:
    facts = facts_of("a.py", 'def f(a="\x1b]52;c;x\x07"):\n    """Say \x1b[31mred\u202e."""\n'.encode())
    assert "\x1b" not in facts.symbols[0].signature + facts.symbols[0].doc
    assert "\u202e" not in facts.symbols[0].doc
