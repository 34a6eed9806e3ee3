"""Several web UIs side by side: one that dies in the middle costs nothing but time."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager

import pytest
from catalogues import LEFT, RIGHT, put_pictures, result_files, rows, stand_in
from refusals import reason_of

from lib_iclight.shoot import sources, spread
from lib_iclight.shoot.job import Job
from lib_iclight.shoot.manifest import Manifest
from lib_iclight.shoot.over_api import web_ui

NAMES = [f"p{number}.png" for number in range(8)]


@pytest.fixture
def servers():
    pytest.importorskip("distributed")
    with stand_in() as one, stand_in() as two:
        yield one, two


def shoot(tmp_path, work, out="out"):
    pictures = put_pictures(tmp_path / "in", *NAMES)
    with Manifest(tmp_path / out) as manifest:
        return Job(sources.found([pictures]), [LEFT, RIGHT], manifest).run(work)


def test_a_web_ui_that_dies_in_the_middle_costs_no_result(tmp_path, servers):
    one, two = servers
    one.before = lambda number: setattr(one, "is_dead", number >= 3)
    summary = shoot(tmp_path, spread.over([web_ui(each.address) for each in servers]))
    assert summary.is_whole, summary
    found = rows(tmp_path / "out")
    assert sorted(row.result for row in found.values()) == result_files(tmp_path / "out")
    assert len(found) == 16
    made = [row.web_ui for row in found.values()]
    assert (made.count(one.address), made.count(two.address)) == (2, 14)


def test_when_the_last_one_dies_it_stops_and_goes_on_later(tmp_path, servers):
    for each in servers:
        each.before = lambda number, each=each: setattr(each, "is_dead", number >= 3)
    web_uis = [web_ui(each.address) for each in servers]
    summary = shoot(tmp_path, spread.over(web_uis))
    assert (summary.progress.done, summary.progress.left, summary.failed) == (4, 12, ())
    assert "No web UI is left" in summary.stopped
    for each in servers:
        each.is_dead, each.before = False, lambda number: None
    assert shoot(tmp_path, spread.over(web_uis)).is_whole


@contextmanager
def started(*names):
    """A cluster that somebody else has started: the address of its scheduler."""
    from distributed import Scheduler, SpecCluster, Worker

    here = {"host": "127.0.0.1", "dashboard": False}
    options = {"nthreads": 1, "memory_limit": 0, **here}
    workers = {name: {"cls": Worker, "options": {"name": name, **options}} for name in names}
    scheduler = {"cls": Scheduler, "options": {"port": 0, **here}}
    with SpecCluster(workers, scheduler, silence_logs=logging.ERROR) as cluster:
        yield cluster.scheduler_address


def test_workers_that_others_have_started_ask_the_web_ui_that_they_are_named_after(tmp_path, servers):
    names = [each.address for each in servers]
    with started(*names, "unnamed") as scheduler:
        summary = shoot(tmp_path, spread.through(scheduler))
        assert summary.is_whole, summary
        assert {row.web_ui for row in rows(tmp_path / "out").values()} == {*names}
        servers[0].before = lambda number: servers[0].state.update(interrupted=True)
        again = shoot(tmp_path, spread.through(scheduler), "again")
    assert again.interrupted, "Interrupt on one web UI ends it"
    assert again.progress.left > 0


def test_without_dask_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "python -m pip install distributed" in reason_of(spread.over, [])


def test_no_web_ui_is_named_twice(servers):
    assert "same address" in reason_of(spread.over, [web_ui("http://a:1"), web_ui("a:1")])


def test_interrupted_it_waits_for_no_web_ui(tmp_path, servers):
    answered, late = [], threading.Event()

    def hold(number):
        late.wait(30)
        answered.append(number)

    for each in servers:
        each.before = hold
    work = spread.over([web_ui(each.address) for each in servers], lambda: all(each.asked for each in servers))
    assert shoot(tmp_path, work).interrupted
    assert answered == []
    late.set()
