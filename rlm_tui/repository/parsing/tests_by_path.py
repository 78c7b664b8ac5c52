"""Which paths are those of test code."""

from __future__ import annotations

import re

_TEST_PATH = re.compile(
    r"(?:^|/)(?:[Tt]ests?|testing|__tests__|specs?|e2e|testdata|__mocks__|testfixtures|[\w.-]*(?:[a-z.]Tests?|[.-]tests?))/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|_(?:unit)?tests?\.(?:py|go|rs|c|cc|cpp|java)$|(?:^|/)tests?\.(?:py|rs|[jt]sx?|c|cc|cpp)$"
    r"|[.-](?:test|spec|test-d)\.[cm]?[jt]sx?$|(?:^|/)(?:Test[A-Z]\w*|\w+Tests?|\w+TestCase|\w+IT)\.(?:java|kt)$"
    r"|(?:^|/)\w+(?:Tests?|Spec|Suite|Fixture)s?\.(?:cs|kts?|scala|swift)$"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_(?:test|spec))\.(?:rb|lua|sh|bash)$|(?:^|/)\w+(?:Test|TestCase|Cest)\.php$|\.bats$"
)


def is_test_path(path: str) -> bool:
    """Tell whether a path is that of test code, by the conventions of folders and file names."""
    return _TEST_PATH.search(path) is not None
