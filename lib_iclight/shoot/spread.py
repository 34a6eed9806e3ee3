"""One catalogue over several web UIs, by ``dask.distributed``, which is imported only when this is used.

Each worker holds one web UI: the worker's name is its address. A task whose web UI does not answer is done by another,
and that web UI is asked nothing more in this run. Results are written here alone, as they come.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ICLightError, InterruptedRunError
from ..support.json_values import shown, without_folders
from .over_api import TIMEOUT, WebUI, web_ui
from .task import Outcome, StoppedError, Task, Work, attempted

_AHEAD = 2
"""Tasks that are given out for each worker, so that none waits for the next picture to be read."""

_LOOK_SECONDS = 0.5
_PATIENCE = 30.0
# Pictures are sent with their tasks, and dask warns of anything over 10 MB.
_OPTIONS = {"distributed.admin.large-graph-warning-threshold": "1 TB"}


@dataclass(frozen=True)
class _Gone:
    """A task that its web UI cannot do: another may."""

    name: str
    reason: str


def over(web_uis: Sequence[WebUI], interrupted: Callable[[], bool] = lambda: False) -> Work:
    """Work that several web UIs do side by side, asked from this process.

    Args:
        web_uis: at least one, each with an address of its own.
        interrupted: whether the user wants it to end.

    Raises:
        ICLightError: dask.distributed is not installed, or two web UIs have the same address.
    """
    check_installed()
    by_address = {each.address: each for each in web_uis}
    if len(by_address) < len(web_uis):
        raise ICLightError("Two of the web UIs have the same address. Name each once.")
    return _work(lambda: _own_workers([*by_address]), by_address.__getitem__, interrupted)


def through(
    scheduler: str, login: str = "", timeout: float = TIMEOUT, interrupted: Callable[[], bool] = lambda: False
) -> Work:
    """Work that the workers of a dask scheduler do; the name of each is the address of the web UI that it asks.

    Args:
        scheduler: its address, ``tcp://machine:8786``.
        login: ``name:password`` of the web UIs' ``--api-auth``, "" without.
        timeout: seconds to wait for one answer.
        interrupted: whether the user wants it to end.

    Raises:
        ICLightError: dask.distributed is not installed.
    """
    check_installed()
    return _work(lambda: _workers_of(scheduler), _Named(login, timeout), interrupted)


def check_installed() -> None:
    """Check that dask.distributed is there.

    Raises:
        ICLightError: it is not; the message says how to install it.
    """
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise ICLightError(
            "Several web UIs need dask.distributed, which is not installed. Install it with: "
            "python -m pip install distributed. Or name one web UI."
        ) from error


@dataclass(frozen=True)
class _Named:
    """Finds web UIs by the names of workers that others have started."""

    login: str
    timeout: float

    def __call__(self, name: str) -> WebUI:
        try:
            return web_ui(name, self.login, self.timeout)
        except ICLightError as error:
            raise StoppedError(
                f"The dask worker {shown(name)} does not say which web UI it asks: its name must be that one's "
                "address. Start it with --name http://127.0.0.1:7860."
            ) from error


@contextmanager
def _own_workers(names: Sequence[str]) -> Iterator[Any]:
    """A client with a worker of each name, which are threads of this process."""
    import dask
    from distributed import Client, Scheduler, SpecCluster, Worker

    class Leaving(Worker):
        """Does not wait for a web UI's answer when it is closed, such as after an interrupt."""

        async def close(self, *args: Any, executor_wait: bool = False, **options: Any) -> str | None:
            return await super().close(*args, executor_wait=False, **options)

    options = {"nthreads": 1, "memory_limit": 0, "protocol": "inproc://", "dashboard": False}
    workers = {name: {"cls": Leaving, "options": {"name": name, **options}} for name in names}
    scheduler = {"cls": Scheduler, "options": {"protocol": "inproc://", "dashboard": False}}
    with (
        dask.config.set(_OPTIONS),
        SpecCluster(workers, scheduler, silence_logs=logging.ERROR) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _workers_of(scheduler: str) -> Iterator[Any]:
    """A client of a scheduler that has at least one worker."""
    import dask
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StoppedError(
            f"There is no dask scheduler at {scheduler}: {without_folders(str(error))}. Start one with: dask scheduler."
        ) from error
    with dask.config.set(_OPTIONS), client:
        yield client


def _work(
    workers: Callable[[], AbstractContextManager[Any]],
    web_ui_of: Callable[[str], WebUI],
    interrupted: Callable[[], bool],
) -> Work:
    def work(tasks: Iterable[Task]) -> Iterator[Outcome]:
        with workers() as client:
            yield from _Spread(client, web_ui_of, interrupted).outcomes(tasks)

    return work


class _Spread:
    """Gives tasks to the workers of a client, and takes what comes of them."""

    def __init__(self, client: Any, web_ui_of: Callable[[str], WebUI], interrupted: Callable[[], bool]) -> None:
        self._client, self._web_ui_of, self._interrupted = client, web_ui_of, interrupted
        self._gone: dict[str, str] = {}
        self._pending: dict[Any, Task] = {}
        self._seen = time.monotonic()

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        waiting, again, more = iter(tasks), list[Task](), True
        try:
            while True:
                workers = self._workers()
                while workers and (more or again) and len(self._pending) < _AHEAD * len(workers):
                    task = again.pop() if again else next(waiting, None)
                    if task is None:
                        more = False
                    else:
                        self._give(task, workers)
                if not (self._pending or more or again):
                    return
                for task, outcome in self._over():
                    if isinstance(outcome, _Gone):
                        self._gone[outcome.name] = outcome.reason
                        again.append(task)
                    else:
                        yield outcome
        finally:
            self._client.cancel([*self._pending], force=True)

    def _workers(self) -> list[str]:
        """Addresses of the workers whose web UI is not gone.

        Raises:
            StoppedError: there are none, and no hope of any.
            InterruptedRunError: the user has interrupted it.
        """
        if self._interrupted():
            raise InterruptedRunError
        known: Mapping[str, Mapping[str, Any]] = self._client.scheduler_info(n_workers=-1)["workers"]
        names = {address: str(each["name"]) for address, each in known.items()}
        found = [address for address, name in names.items() if name not in self._gone]
        if found:
            self._seen = time.monotonic()
        elif self._gone and names:
            raise StoppedError(" ".join(["No web UI is left.", *dict.fromkeys(self._gone.values())]))
        elif time.monotonic() - self._seen > _PATIENCE:
            raise StoppedError("The dask scheduler has no workers. Start them as docs/catalogue.md says.")
        return found

    def _give(self, task: Task, workers: list[str]) -> None:
        future = self._client.submit(_done, task, self._web_ui_of, workers=workers, pure=False)
        self._pending[future] = task

    def _over(self) -> Iterator[tuple[Task, Outcome | _Gone]]:
        """What is over since the last time, after waiting a little."""
        from distributed import TimeoutError as NotYetError
        from distributed import wait

        if not self._pending:
            time.sleep(_LOOK_SECONDS)
            return
        try:
            with self._client.as_current():
                over = wait([*self._pending], _LOOK_SECONDS, "FIRST_COMPLETED").done
        except NotYetError:  # until Python 3.11 asyncio has one of its own
            return
        for future in over:
            task = self._pending.pop(future)
            try:
                outcome = future.result()
            except Exception as error:  # a worker that has died again and again, or whose Python differs
                outcome = Outcome(task, None, without_folders(f"{type(error).__name__}: {error}"))
            if outcome is None:
                raise InterruptedRunError
            yield task, outcome if isinstance(outcome, _Gone) else replace(outcome, task=task)


def _done(task: Task, web_ui_of: Callable[[str], WebUI]) -> Outcome | _Gone | None:
    """Do a task on a worker; None if the user has interrupted it there."""
    from distributed import get_worker

    name = str(get_worker().name)
    try:
        asked = web_ui_of(name)
        outcome = attempted(asked.relight, task, asked.address)
        return replace(outcome, task=replace(task, content=b""))  # the picture need not travel back
    except InterruptedRunError:
        return None
    except StoppedError as error:
        return _Gone(name, str(error))
