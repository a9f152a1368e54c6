"""Calls to language models: duration, tokens and cost, under OpenTelemetry's names for generative AI."""

from time import perf_counter

from lab.workload import calls
from lab.workload.plan import Part
from lab.workload.runtime import Actor
from model.catalog.components import AiModel

# Of one call: tokens asked and answered, and dollars for a thousand of them; about what small models cost.
INPUT_TOKENS, OUTPUT_TOKENS = (250, 600), (80, 250)
USD_PER_THOUSAND = 0.0006
# Of the calls, those that the first model answers.
FIRST_SHARE = 0.8


class Models:
    """Those of one AI service. Mostly the first is asked; when its provider fails, the next one."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        component = actor.part.component
        self._models = component.models if component else ()
        self._duration = actor.part.metric("gen_ai_client_operation_duration_seconds")
        self._tokens = actor.part.metric("gen_ai_client_token_usage")
        self._cost = actor.part.metric("ai_cost_usd_total")

    async def answer(self) -> None:
        """Have one of the models answer. Raises CallFailed when none does."""
        failure = calls.CallFailed(f"{self._actor.part.name} has no model that runs")
        first = self._models if self._actor.runtime.chance.happens(FIRST_SHARE) else self._models[::-1]
        for model in first:
            if (provider := self._provider(model)) is None:
                continue
            try:
                return await self._ask(model, provider)
            except calls.CallFailed as error:
                failure = error
        if self._models:
            raise failure
        return None

    async def _ask(self, model: AiModel, provider: Part) -> None:
        labels = {"gen_ai_provider_name": model.provider, "gen_ai_request_model": model.name}
        began, failed = perf_counter(), {"error_type": "provider"}
        try:
            # A service that is slowed down has models that are: that is where its time goes.
            await calls.ask(self._actor, provider, calls.MODEL_MEDIAN * self._actor.effect.slower)
            failed = {}
        finally:
            if self._duration:
                self._actor.meters.observe(self._duration, perf_counter() - began, {**labels, **failed})
        between, factor = self._actor.runtime.chance.between, self._actor.effect.cost
        tokens = {"input": between(*INPUT_TOKENS) * factor, "output": between(*OUTPUT_TOKENS) * factor}
        for kind, count in tokens.items():
            if self._tokens:
                self._actor.meters.observe(self._tokens, count, {**labels, "gen_ai_token_type": kind})
        if self._cost:
            self._actor.meters.add(self._cost, sum(tokens.values()) / 1000 * USD_PER_THOUSAND, labels)

    def _provider(self, model: AiModel) -> Part | None:
        """The part of the catalog that stands for the model's provider."""
        parts = self._actor.runtime.plan.parts
        return next((parts[key] for key in self._actor.part.calls if model.provider in key[1]), None)


METRICS = "gen_ai_.*|ai_cost_usd_total"
