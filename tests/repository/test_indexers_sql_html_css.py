"""SQL, HTML and style sheets, read by line: what stands in them, where, and nothing that only looks like it."""

from __future__ import annotations

import pytest
from code_graph import facts_of, kinds

SQL = """
-- People who buy.
-- One row each.
CREATE TABLE IF NOT EXISTS shop."user" (
    id bigint PRIMARY KEY,
    price numeric(10, 2) DEFAULT 0, -- CREATE TABLE no (x int);
    note text DEFAULT 'CREATE TABLE never (x int);',
    CONSTRAINT positive CHECK (price > 0)
);
create or replace view `active` as select * from t;
CREATE UNIQUE INDEX CONCURRENTLY by_name ON shop."user" (note);
CREATE OR REPLACE FUNCTION dbo.total(a int, b int) RETURNS int AS $body$
BEGIN
  CREATE TABLE hidden (x int);
  RETURN a + b;
END;
$body$ LANGUAGE plpgsql;
CREATE PROCEDURE [dbo].[Pay] AS
BEGIN
  SELECT 1;
  SELECT CASE WHEN 1 = 1 THEN 2 END;
END
GO
CREATE TRIGGER watch AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
"""


def test_sql_definitions_columns_and_comments() -> None:
    facts = facts_of("schema.sql", SQL)
    assert kinds(facts) == {
        "user": "struct", "user.id": "variable", "user.price": "variable", "user.note": "variable", "active": "type",
        "by_name": "variable", "total": "function", "Pay": "function", "watch": "function",
    }  # fmt: skip
    symbols = {s.qualified: s for s in facts.symbols}
    assert {name: (symbols[name].start, symbols[name].end) for name in ("user", "total", "Pay", "watch")} == {
        "user": (3, 8), "total": (11, 16), "Pay": (17, 21), "watch": (23, 23),
    }  # fmt: skip
    assert symbols["user"].doc == "People who buy. One row each."


def test_style_sheets_nest_as_they_are_written() -> None:
    facts = facts_of(
        "a.scss",
        """
        @use "base";
        :root { --main-color: #06c; }
        $gap: 4px;
        .btn, #nav > a:hover { color: red; /* .no { } */ }
        @media (max-width: 600px) {
          .btn { display: none; .inner { background: url(data:x;{y}); } }
        }
        @keyframes spin { from { a: b } 50% { a: c } }
        @mixin round($r) { border-radius: $r; }
        .x-#{$name} { @include round(2px); }
        """,
    )
    assert kinds(facts) == {
        ":root": "rule", ":root --main-color": "variable", "$gap": "variable", ".btn, #nav > a:hover": "rule",
        "@media (max-width: 600px)": "rule", "@media (max-width: 600px) .btn": "rule",
        "@media (max-width: 600px) .btn .inner": "rule", "@keyframes spin": "rule", "round": "macro",
    } | {name: "rule" for name in kinds(facts) if name.startswith(".x-")}  # fmt: skip
    media = next(s for s in facts.symbols if s.name.startswith("@media"))
    assert (media.start, media.end) == (5, 7)


def test_html_headings_ids_blocks_and_scripts() -> None:
    facts = facts_of(
        "a.html",
        """
        <html><head><title>Shop</title><script src="app.js"></script></head>
        <body><!-- <h1>no</h1> -->
        <h1 class="x">Hello <b>you</b></h1>
        <script>if (a < b) { document.write("<h2>no</h2>") }</script>
        <div id="main"><template id="row"></template></div>
        <h2>More</h2>
        {% block content %}{% endblock %}
        </body></html>
        """,
    )
    found = kinds(facts)
    assert {
        "Shop": "section",
        "script app.js": "module",
        "Hello you": "section",
        "Hello you > #main": "key",
    }.items() <= (found.items())
    assert {
        "Hello you > #row": "key",
        "Hello you > More": "section",
        "Hello you > More > content": "function",
    }.items() <= (found.items())
    assert not any("no" in name.split() for name in found)


@pytest.mark.parametrize("path", ["a.sql", "a.css", "a.less", "a.html"])
def test_hostile_text_ends_soon_and_loses_nothing(path: str) -> None:
    for text in (
        "{" * 50_000,
        "<" * 50_000,
        "CREATE TABLE " * 5_000,
        "<h1>" * 20_000,
        "}" * 9_000,
        "(" * 50_000,
        "\x00\xff",
    ):
        assert facts_of(path, text.encode("latin-1")).language in {"sql", "css", "html"}
