"""A workbench in a process of its own, with everything it keeps in a temporary folder."""

import pytest
from forge import server


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    with server.workbench(tmp_path_factory.mktemp("workbench")) as workbench:
        yield workbench
