"""A part that takes work from a queue or a schedule."""

import asyncio
from collections.abc import Coroutine
from time import perf_counter
from typing import Any

from opentelemetry.propagate import extract, inject
from opentelemetry.trace import SpanKind, get_current_span

from lab.workload import calls
from lab.workload.business import Business
from lab.workload.lines import structured_line
from lab.workload.plan import Part
from lab.workload.runtime import Actor

# Jobs at once, and the median of what one takes besides its calls, seconds.
SLOTS, JOB_MEDIAN = 4, 0.03
# Jobs of a worker without a queue, a second; and of one that depends on nothing, which has a schedule.
JOBS_PER_SECOND, SCHEDULED_PER_SECOND = 0.5, 0.1
IDLE_SECONDS = 0.2
# Of the jobs, those that ask a model: as with requests, models are slow and dear.
MODEL_SHARE = 0.05
ALWAYS_FAILING = 0.001


class Worker:
    """Takes messages of ``queue``; without one, jobs of its own list."""

    def __init__(self, actor: Actor, business: Business | None, queue: Part | None) -> None:
        self.actor, self._business, self._queue = actor, business, queue
        part = actor.part
        self._total, self._duration = part.metric("(.*_)?jobs_total"), part.metric("(.*_)?job_duration_seconds")
        self._waiting, self._oldest = part.metric(".*_waiting"), part.metric("(.*_)?jobs?_oldest.*|.*oldest_job.*")
        self._slots = part.metric("worker_ready_slots")
        self._labels = {metric.name: metric.labels for metric in part.metrics}
        self._jobs = actor.runtime.queue(queue or part)
        self._at_work = 0

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        """What is to run forever."""
        return [*(self._work() for _ in range(SLOTS)), *([] if self._queue else [self._schedule()])]

    @property
    def stopped(self) -> bool:
        """Whether an effect keeps it from taking anything."""
        runtime = self.actor.runtime
        queue = runtime.effect(self._queue) if self._queue else self.actor.effect
        return queue.consumers_stopped or queue.down or self.actor.effect.consumers_stopped or self.actor.effect.down

    async def _schedule(self) -> None:
        per_second = JOBS_PER_SECOND if self.actor.part.calls else SCHEDULED_PER_SECOND
        while True:
            runtime = self.actor.runtime
            await asyncio.sleep(
                runtime.chance.gap(max(per_second * runtime.load * runtime.busy(), SCHEDULED_PER_SECOND))
            )
            if self.actor.part.calls or not self.stopped:
                carrier: dict[str, str] = {}
                inject(carrier)
                self._jobs.put(carrier)

    async def _work(self) -> None:
        while True:
            carrier = None if self.stopped else self._jobs.take()
            if carrier is None:
                await asyncio.sleep(IDLE_SECONDS)
            else:
                self._at_work += 1
                await self._do(carrier)
                self._at_work -= 1

    async def _do(self, carrier: dict[str, str]) -> None:
        runtime, effect, part = self.actor.runtime, self.actor.effect, self.actor.part
        began, name = perf_counter(), self._queue.name if self._queue else "job"
        with self.actor.tracer.start_as_current_span(
            f"process {name}", context=extract(carrier), kind=SpanKind.CONSUMER
        ) as span:
            why = ""
            try:
                await asyncio.sleep(runtime.chance.around(JOB_MEDIAN) * effect.slower)
                for key in part.calls:
                    target = runtime.plan.parts[key]
                    if target is not self._queue and (
                        target.kind != "ai-service" or runtime.chance.happens(MODEL_SHARE)
                    ):
                        await calls.call(self.actor, target, {})
                if runtime.chance.happens(effect.errors) or runtime.chance.happens(ALWAYS_FAILING):
                    why = "unexpected state"
            except calls.CallFailed as error:
                why = str(error)
            if why:
                calls.failed(span, why)
            self._count(not why, perf_counter() - began)
            self._write(why, perf_counter() - began)
        if not why and self._business:
            self._business.happened()

    def _count(self, succeeded: bool, took: float) -> None:
        outcome = {
            "job": "import",
            "status": "done" if succeeded else "failed",
            "result": "success" if succeeded else "failure",
        }
        if self._total:
            self.actor.meters.add(self._total, 1, self._only(self._total, outcome))
        if self._duration:
            self.actor.meters.observe(self._duration, took, self._only(self._duration, outcome))

    def _write(self, why: str, took: float) -> None:
        if self.actor.log:
            context = get_current_span().get_span_context()
            fields = {
                "correlation_id": self.actor.runtime.chance.identifier(),
                "action": "job",
                "duration_ms": round(took * 1000, 1),
                **(
                    {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
                    if context.is_valid
                    else {}
                ),
                **({"error_code": "JOB_FAILED"} if why else {}),
            }
            message = f"job failed: {why}" if why else "job done"
            self.actor.log.write(structured_line(self.actor.part, "ERROR" if why else "INFO", message, fields))

    def show(self) -> None:
        """Set the gauges."""
        if self._business:
            self._business.show()
        labels = {"queue": "default"}
        if self._waiting:
            self.actor.meters.set(self._waiting, len(self._jobs.waiting), self._only(self._waiting, labels))
        if self._oldest:
            self.actor.meters.set(self._oldest, self._jobs.oldest(), self._only(self._oldest, labels))
        if self._slots:
            self.actor.meters.set(self._slots, SLOTS - self._at_work)

    def _only(self, metric: str, labels: dict[str, str]) -> dict[str, str]:
        """Those labels that the catalog declares for the metric."""
        return {name: labels.get(name, "other") for name in self._labels[metric]}


METRICS = (
    "(.*_)?jobs_total|(.*_)?job_duration_seconds|.*jobs_waiting|(.*_)?jobs_oldest.*|.*oldest_job.*|worker_ready_slots"
)
