"""How a cluster stands: who works, what waits, what nobody could make."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from resources.errors import PassingFault
from resources.farm import QUEUES, Farm
from resources.store.film import Home
from sparkle_assets.cluster.addresses import BROKER, address_of
from sparkle_assets.cluster.placing import QUEUE_PREFIX
from sparkle_assets.instances import ready_instance

ANSWER_S = 1.0
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


@dataclass(frozen=True)
class State:
    """What was found."""

    workers: dict[str, list[str]]
    """The queues that each worker takes from, by its name."""
    waiting: int
    under_way: int
    unserved: dict[str, str]
    """Queues without a worker, with what one would need."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def state_of(home: Home, profile: str, farm: Farm) -> State:
    """Ask broker and database. Raises :class:`PassingFault` when the broker does not answer."""
    workers = workers_heard()
    with dg.DagsterInstance.from_config(str(ready_instance(home, profile))) as instance:
        waiting = instance.get_runs_count(dg.RunsFilter(statuses=WAITING))
        under_way = instance.get_runs_count(dg.RunsFilter(statuses=UNDER_WAY))
    return State(workers, waiting, under_way, unserved(farm, workers))


def workers_heard() -> dict[str, list[str]]:
    """The queues of every worker that answers. Raises :class:`PassingFault` when the broker does not."""
    from sparkle_assets.cluster.app import sender_app

    with sender_app(address_of(BROKER)) as app:
        lost = (*app.connection().connection_errors, OSError)
        try:
            told = app.control.inspect(timeout=ANSWER_S).active_queues() or {}
        except lost as error:
            what = f"the cluster's broker does not answer: {' '.join(str(error).split())[:200]}"
            raise PassingFault(what, hint=f"see {BROKER}") from None
    return {
        name: [queue["name"].removeprefix(QUEUE_PREFIX) for queue in queues if queue["name"].startswith(QUEUE_PREFIX)]
        for name, queues in told.items()
    }


def unserved(farm: Farm, workers: dict[str, list[str]]) -> dict[str, str]:
    """Queues that none of ``workers`` takes from, with what one would need, in words."""
    served = {queue for queues in workers.values() for queue in queues}
    absent = [queue for queue in QUEUES if queue not in served]
    return {
        queue: ", ".join(f"{name} {value:g}" for name, value in farm.needs(queue).model_dump().items())
        for queue in absent
    }
