"""The table of the web UIs; it needs none of them."""

from __future__ import annotations

import pytest
from forge.hosts_table import HOSTS, Host, host_of


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_a_folder_is_taken_for_the_web_ui_whose_marks_it_has(tmp_path, host):
    for mark in host.marks:
        (tmp_path / mark).mkdir(parents=True, exist_ok=True)
    assert host_of(tmp_path) is host


def test_a_web_ui_that_has_no_row_is_called_by_its_folder_and_lacks_nothing(tmp_path):
    host = host_of(tmp_path)
    assert host.name == tmp_path.name
    host.needs_size(8)
    host.needs_upscaler("Latent")


def test_only_flags_that_this_version_knows_are_given(tmp_path):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "cmd_args.py").write_text('parser.add_argument("--api")\nparser.add_argument("--cpu")\n')
    assert Host("one", processor=("--cpu", "--force-fp32")).flags(tmp_path) == ["--cpu", "--api"]


def test_what_a_web_ui_lacks_is_skipped_with_the_reason():
    host = Host("one", size_step=64, lacks=frozenset({"Lanczos"}))
    with pytest.raises(pytest.skip.Exception, match="one has no upscaler Lanczos"):
        host.needs_upscaler("Lanczos")
    with pytest.raises(pytest.skip.Exception, match="one makes sizes in steps of 64, not 96"):
        host.needs_size(128, 96)


@pytest.mark.parametrize(("step", "made"), [(8, (72, 80)), (64, (64, 64))])
def test_a_web_ui_makes_sizes_in_its_own_steps(step, made):
    assert Host("any", size_step=step).made(72, 80) == made
