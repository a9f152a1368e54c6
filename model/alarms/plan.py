"""All alarms of an environment, before anything is made: for whom, how many, and what they are billed by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model import labels
from model.alarms.alarm import Alarm, AlarmFile, AlarmPack, alarm_name, alarms_for
from model.alarms.budget import AlarmCount
from model.alarms.composites import composites
from model.catalog.catalog import Catalog, owner_of
from model.catalog.resource_base import Subject
from model.vocabulary import Severity

# Below a composite alarm; the others act on their own, or not at all (components/composite_alarms.py says why).
COMPOSED = (Severity.CRITICAL, Severity.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One subject and its alarms. ``system`` of the account, the cluster and our own topics is Belfry itself."""

    system: str
    subject: Subject
    owner: str
    alarms: tuple[Alarm, ...]

    @property
    def name(self) -> str:
        """Unique in the environment: what Pulumi and AWS names start with."""
        return f"{self.system}-{self.subject.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPlan:
    """Everything that has an alarm, by system; systems and their subjects are in the catalog's order."""

    watched: tuple[Watched, ...]

    @classmethod
    def of(
        cls, files: Sequence[AlarmFile], catalog: Catalog, scopes: Iterable[Subject], pack: AlarmPack
    ) -> "AlarmPlan":
        """The alarms of the catalog's resources, then those of ``scopes``, which the platform team owns."""
        subjects: list[tuple[str, Subject, str]] = [
            (system.system, system.with_thresholds(resource), owner_of(system, resource))
            for system in catalog.systems
            for resource in system.resources
        ]
        subjects += [(labels.PROJECT, scope, catalog.organization.platform_team) for scope in scopes]
        watched = (
            Watched(system=system, subject=subject, owner=owner, alarms=_alarms(files, subject, pack))
            for system, subject, owner in subjects
        )
        return cls(watched=tuple(one for one in watched if one.alarms))

    @property
    def systems(self) -> dict[str, tuple[Watched, ...]]:
        """The watched subjects by system."""
        names = dict.fromkeys(one.system for one in self.watched)
        return {name: tuple(one for one in self.watched if one.system == name) for name in names}

    def composites(self, environment: str) -> dict[tuple[str, Severity], str]:
        """System, as alerts name it, and severity -> the name of the composite alarm above its alarms."""
        return {
            (labels.OWN_SYSTEM if system == labels.PROJECT else system, severity): f"{environment}-{system}-{severity}"
            for system, watched in self.systems.items()
            for severity, leaves in zip(COMPOSED, _leaves(watched), strict=True)
            if leaves
        }

    def count(self, system: str | None = None) -> AlarmCount:
        """What is billed for one system, or for all."""
        chosen = [(name, watched) for name, watched in self.systems.items() if system in (None, name)]
        total = AlarmCount()
        for name, watched in chosen:
            alarms = [alarm for one in watched for alarm in one.alarms]
            above = sum(len(composites(name, leaves)) for leaves in _leaves(watched) if leaves)
            total += AlarmCount.of(alarms, above)
        return total


def _alarms(files: Sequence[AlarmFile], subject: Subject, pack: AlarmPack) -> tuple[Alarm, ...]:
    return tuple(
        alarm for file in files if file.applies_to == subject.kind for alarm in alarms_for(file, subject, pack)
    )


def _leaves(watched: Sequence[Watched]) -> list[list[str]]:
    """Names of the alarms below each composite."""
    return [
        [alarm_name(one.name, alarm.key) for one in watched for alarm in one.alarms if alarm.severity is severity]
        for severity in COMPOSED
    ]
