"""The labelled situations: what the program decides on each, and how that compares with the labels."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmarks.remediation.limits import refusal
from model.catalog import remediation_checks
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.problems import raise_if_any
from model.remediation.decision import Alert, Facts, Kind, Situation, Stop, decide
from model.remediation.ledger import REPEAT_SECONDS, Act, Arming, Book, digest
from model.vocabulary import Environment
from model.yaml_file import parse_yaml
from ops.remediation.facts import dependencies

FILE = Path(__file__).with_name("situations.yaml")
LABELS = ("act", "ask", "stand-down")
_NOW = 1_800_000_000.0
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MET = 0.1  # percent: the objective is 99.9
_WINDOW = 5
_UNKNOWN = "unknown"
Unknown = Literal["unknown"]


class _Part(BaseModel):
    """Strict, and unlike the catalog's models it lets values repeat."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Past(_Part):
    hours: float
    rule: str | None = None
    system: str = "shop"
    component: str | None = None
    settled: bool = True


class _Ledger(_Part):
    acts: tuple[_Past, ...] = ()
    decided: bool = False
    lease_hours: float = 0


class _Told(_Part):
    """Of the alert; what is absent is as its rule has it."""

    name: str | None = None
    component: str | None = None
    environment: str | None = None
    minutes: float = 0.5
    firing: bool = True
    left_out: int = 0


class _Grounds(_Part):
    verdicts: int
    wrong: int
    of: str = "this"


class Labelled(_Part):
    """One situation, in the words of the file. ``unseen``: what its label rests on and no fact of the program says."""

    name: str
    label: Literal["act", "ask", "stand-down"]
    why: Annotated[str, Field(min_length=1)]
    unseen: str = ""
    rule: str = "restart"
    environment: Environment = Environment.DEV
    armed: _Grounds | None = None
    alert: _Told = _Told()
    errors: tuple[float | None, ...] = (0, 0, 0, 100)
    firing: tuple[str, ...] = ()
    stops: tuple[str, ...] | Unknown = ()
    frozen: bool | Unknown = False
    deploying: bool | Unknown = False
    deployed: float | Unknown = _DAY / _MINUTE
    watchdog: bool = True
    facts_age: float = 1
    away: Literal["prometheus", "ledger"] | None = None
    ledger: _Ledger = _Ledger()
    clock: float = 0
    ready: int = 3
    pods: int = 3
    leaving: int = 0
    autoscaler: dict[str, int] | None = None
    table: dict[str, Any] | None = None
    targets: dict[str, str] | None = None


class _File(_Part):
    rules: dict[str, dict[str, Any]]
    situations: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """``action``: the kind of the rule's action; ``answer``: one of the labels; ``text``: the program's reason."""

    labelled: Labelled
    action: str
    answer: str
    text: str

    @property
    def is_right(self) -> bool:
        """Whether it is what a careful person would do."""
        return self.answer == self.labelled.label


@dataclass(frozen=True, slots=True)
class Rate:
    """``right`` of ``answered`` (precision) and of ``labelled`` (recall)."""

    right: int
    answered: int
    labelled: int

    @property
    def precision(self) -> str:
        """In percent, or a dash where nothing was answered so."""
        return f"{self.right / self.answered:.0%}" if self.answered else "-"

    @property
    def recall(self) -> str:
        """In percent, or a dash where nothing is labelled so."""
        return f"{self.right / self.labelled:.0%}" if self.labelled else "-"


def decided(text: str | None = None) -> list[Decided]:
    """Every situation of the file with the program's answer. Raises BadInput for a rule that the catalog refuses."""
    file = _File.model_validate(parse_yaml(text or FILE.read_text(encoding="utf-8"), FILE.name))
    rules = {name: Remediation.model_validate(_rule(name, said)) for name, said in file.rules.items()}
    system = System.model_validate(_system([rule.model_dump(mode="json") for rule in rules.values()]))
    raise_if_any(list(remediation_checks.of_system(system, FILE.name)))
    return [_decided(one, system, rules) for one in file.situations]


def confusion(found: Iterable[Decided]) -> Counter[tuple[str, str]]:
    """Label and answer -> how many."""
    return Counter((one.labelled.label, one.answer) for one in found)


def rates(found: list[Decided]) -> dict[str, Rate]:
    """By label, and of acting by kind of action."""
    every = {label: _rate(found, label) for label in LABELS}
    kinds = sorted({one.action for one in found})
    return every | {kind: _rate([one for one in found if one.action == kind], "act") for kind in kinds}


def _rate(found: list[Decided], label: str) -> Rate:
    answered = [one for one in found if one.answer == label]
    labelled = sum(one.labelled.label == label for one in found)
    return Rate(sum(one.is_right for one in answered), len(answered), labelled)


def _decided(one: Labelled, system: System, rules: Mapping[str, Remediation]) -> Decided:
    rule = rules[one.rule]
    verdict = decide(_situation(one, system, rules))
    answer, text = _answer(verdict.kind), verdict.text
    if answer == "act" and (why := refusal(system, rule, one.model_dump())):
        # The engine does nothing and calls a person.
        answer, text = "ask", why
    return Decided(one, rule.action.kind, answer, text)


def _answer(kind: Kind) -> str:
    return {Kind.ACT: "act", Kind.ASK: "ask", Kind.ESCALATE: "ask"}.get(kind, "stand-down")


def _situation(one: Labelled, system: System, rules: Mapping[str, Remediation]) -> Situation:
    rule, told = rules[one.rule], one.alert
    now = _NOW + one.clock
    component = told.component or rule.component
    environment = str(one.environment) if told.environment is None else told.environment
    alert = Alert(
        name=told.name or rule.alert,
        system=system.system,
        component=component,
        environment=environment,
        fingerprint="f",
        starts=_NOW - told.minutes * _MINUTE,
        firing=told.firing,
        truncated=told.left_out,
    )
    return Situation(
        alert=alert,
        environment=one.environment,
        rules={(system.system, each.alert, each.component): each for each in rules.values()},
        facts=_facts(one, system, component, now),
        book=None if one.away == "ledger" else _book(one, rule, component),
        now=now,
    )


def _facts(one: Labelled, system: System, component: str, now: float) -> Facts:
    stops = None if one.stops == _UNKNOWN else frozenset(stop for stop in Stop if str(stop) in one.stops)
    known = Facts(read_at=now - one.facts_age, stops=stops, frozen=_known(one.frozen))
    if one.away == "prometheus":
        return known
    firing = {(home or system.system, name) for home, _, name in (name.rpartition("/") for name in one.firing)}
    causes = firing & dependencies(system, component)
    deployed = _known(one.deployed)
    return Facts(
        read_at=known.read_at,
        stops=known.stops,
        frozen=known.frozen,
        watchdog=one.watchdog or None,
        sampled_at=_sampled(one.errors),
        deploying=_known(one.deploying),
        deployed_at=None if deployed is None else _NOW - deployed * _MINUTE,
        firing=len({name for home, name in firing if home == system.system} | {component}),
        components=len(system.components) + len(system.resources),
        causes=frozenset("/".join(cause) for cause in causes),
        met=_met(one.errors),
    )


def _known(value: Any) -> Any:
    return None if value == _UNKNOWN else value


def _sampled(errors: tuple[float | None, ...]) -> float | None:
    """When the objective was recorded last; without events it is recorded all the same."""
    known = [at for at, value in enumerate(reversed(errors)) if value is not None]
    if errors and not known:
        return None
    return _NOW - 15 - (known[0] * _MINUTE if known else 0)


def _met(errors: tuple[float | None, ...]) -> bool:
    window = [value for value in errors[-_WINDOW:] if value is not None]
    return bool(window) and sum(window) / len(window) <= _MET


def _book(one: Labelled, rule: Remediation, component: str) -> Book:
    acts = [
        Act(
            rule=past.rule or rule.name,
            system=past.system,
            component=past.component or component,
            at=_NOW - past.hours * _HOUR,
            until=_NOW + 10 * _MINUTE if not past.settled else _NOW - past.hours * _HOUR + float(rule.settle.seconds),
        )
        for past in one.ledger.acts
    ]
    lease = one.ledger.lease_hours * _HOUR
    assert lease <= REPEAT_SECONDS
    return Book(
        decided=one.ledger.decided,
        lease_until=_NOW + lease if lease else 0,
        target=tuple(act for act in acts if (act.system, act.component) == ("shop", component)),
        environment=tuple(acts),
        arming=None if one.armed is None else _arming(one.armed, rule),
    )


def _arming(grounds: _Grounds, rule: Remediation) -> Arming:
    known = digest(rule) if grounds.of == "this" else grounds.of
    return Arming(
        system="shop",
        rule=rule.name,
        digest=known,
        verdicts=grounds.verdicts,
        wrong=grounds.wrong,
        by="ada",
        at=_NOW - _DAY,
    )


def _rule(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    proof = {"component": "backend", "objective": "availability"}
    return {"name": name, "mode": {"dev": "act", "prod": "act"}, "proof": proof, "reason": "Known.", **said}


def _system(rules: list[dict[str, Any]]) -> dict[str, Any]:
    objective = {"name": "availability", "target": 99.9, "sli": {"kind": "availability"}, "reason": "As agreed."}
    links = {
        "frontend": ["backend"],
        "backend": ["orders", "ai-service", "bank/ledger"],
        "worker": ["orders"],
        "ai-service": ["gateway"],
    }
    kinds = {"frontend": "frontend", "worker": "worker", "ai-service": "ai-service", "gateway": "external-service"}
    names = ("frontend", "backend", "worker", "ai-service", "gateway", "reports", "mailer")
    components: list[dict[str, Any]] = [
        {
            "name": name,
            "kind": kinds.get(name, "http-service"),
            "title": name,
            "description": "It.",
            "depends_on": links.get(name, []),
        }
        for name in names
    ]
    backend = next(one for one in components if one["name"] == "backend")
    backend |= {"objectives": [objective], "autoscaler": {"most": 30}, "flags": ["no-advice"]}
    table = {
        "name": "orders",
        "description": "Orders.",
        "kind": "dynamodb-table",
        "table": "shop-orders",
        "billing": "provisioned",
        "capacity": {"read": 1000, "write": 100},
    }
    group = {"name": "web", "arn_suffix": "targetgroup/web/0123456789abcdef"}
    balancer = {
        "name": "balancer",
        "description": "In front.",
        "kind": "load-balancer",
        "arn_suffix": "app/shop/0123456789abcdef",
        "target_groups": [group],
    }
    return {
        "system": "shop",
        "title": "Shop",
        "description": "Sells.",
        "owner": "shop",
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "components": components,
        "resources": [table, balancer],
        "remediation": rules,
    }
