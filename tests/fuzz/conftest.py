"""An opt-in run takes as long as it takes: each example has its limit, the test has none."""

import pytest

from tests.harness.fuzzing import EXAMPLES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if EXAMPLES:
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
