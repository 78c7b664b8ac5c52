"""The published schema of the JSON report: every field of a report is in it, and every field in it is in a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from finding_samples import reviewed
from sample_runs import finished

from rlm_tui.engine.schema import read
from rlm_tui.records.export import as_json
from rlm_tui.records.tree import Tree

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())


@pytest.mark.parametrize("tree", [Tree(), Tree.of(finished().events), reviewed()], ids=["empty", "ask", "review"])
def test_reports_fit_the_published_schema(tree: Tree) -> None:
    read(as_json(tree), SCHEMA)


def test_the_schema_leaves_nothing_open() -> None:
    def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
        inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
        own = [schema] if "properties" in schema else []
        return own + [one for part in inner for one in objects(part)]

    assert len(objects(SCHEMA)) > 10
    for one in objects(SCHEMA):
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])


def test_a_report_of_another_shape_does_not_fit() -> None:
    report = json.loads(as_json(reviewed()))
    report["findings"][0]["extra"] = 1
    with pytest.raises(ValueError, match=r"findings\[0\] has extra"):
        read(json.dumps(report), SCHEMA)
