"""The executor of every run: all steps in one process, and on record which process that is.

Dagster tells the number of a run's process and the time of day, and a clock that is set afterwards makes a process that
lives look younger than the run it makes. So a run that the daemon began is tagged with its process as
:mod:`sparkle_assets.processes` tells it: by ticks since the boot, which nobody sets.
"""

from collections.abc import Iterator

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from sparkle_assets.processes import process_tag
from sparkle_assets.runs import MADE_BY_TAG


class OneProcess(InProcessExecutor):
    """Dagster's in-process executor, which says first who it is."""

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Make the run; see :class:`dagster.Executor`."""
        plan_context.instance.add_run_tags(plan_context.dagster_run.run_id, {MADE_BY_TAG: process_tag()})
        yield from super().execute(plan_context, execution_plan)


@dg.executor(name="one_process")
def one_process(context: dg.InitExecutorContext) -> dg.Executor:
    """All steps of a run in one process; runs are not retried as a whole, and steps only where they ask for it."""
    return OneProcess(retries=RetryMode.ENABLED)
