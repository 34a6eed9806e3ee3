"""A workbench in a separate process, with its data in a temporary folder."""

import pytest
from forge import server


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    with server.workbench(tmp_path_factory.mktemp("workbench")) as workbench:
        yield workbench
