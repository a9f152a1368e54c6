"""Exporters of databases: the programs, whom they ask, and with which account.

One program asks many databases (the multi-target pattern): Prometheus names the database with each scrape, and the
password is read from a file in the program's pod.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from model import names
from model.addresses import check_host
from model.base import Model
from model.catalog.catalog import Catalog
from model.catalog.databases import ElastiCache, RdsDatabase
from model.catalog.resource_base import ResourceBase
from model.problems import Problem
from model.versions import image
from model.vocabulary import Vocabulary
from model.yaml_text import to_yaml

CREDENTIALS_FOLDER: Final = "/etc/exporter"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterProgram:
    """One program. ``path`` is where it asks a target, ``health`` where it says that it lives itself."""

    name: str
    image: str
    port: int
    target_port: int
    path: str
    health: str
    credentials_file: str
    arguments: tuple[str, ...]


# By tag, not by digest: a digest is of one architecture's index, and mirrors that rewrite it are common.
POSTGRES: Final = ExporterProgram(
    name=names.POSTGRES_EXPORTER,
    image=image(names.POSTGRES_EXPORTER),
    port=names.POSTGRES_EXPORTER_PORT,
    target_port=5432,
    path="/probe",
    health="/",
    credentials_file="postgres_exporter.yml",
    arguments=(
        f"--config.file={CREDENTIALS_FOLDER}/postgres_exporter.yml",
        # Off by default, and the only measure of how long statements take. 100 statements a database.
        "--collector.stat_statements",
        # Off: what RDS and Aurora refuse (each refusal is an alert), and a series for every setting, table and role.
        *(
            f"--no-collector.{collector}"
            for collector in (
                "replication_slots",
                "roles",
                "settings",
                "stat_archiver",
                "stat_bgwriter",
                "stat_progress_vacuum",
                "stat_replication",
                "stat_user_tables",
                "statio_user_tables",
                "wal",  # pg_ls_waldir: RDS gives it to nobody, and Aurora has none
            )
        ),
    ),
)
REDIS: Final = ExporterProgram(
    name=names.REDIS_EXPORTER,
    image=image(names.REDIS_EXPORTER),
    port=names.REDIS_EXPORTER_PORT,
    target_port=6379,
    path="/scrape",
    health="/health",
    credentials_file="passwords.json",
    arguments=(
        "--redis.addr=",  # none of its own: by default it would ask localhost at each scrape of itself
        f"--redis.password-file={CREDENTIALS_FOLDER}/passwords.json",
        "--config-command=-",  # ElastiCache knows no CONFIG, and each try is an error in the log
        "--exclude-latency-histogram-metrics",  # one histogram a command: the clients measure better
    ),
)
EXPORTERS: Final = (POSTGRES, REDIS)


def _host(name: str) -> str:
    check_host(name)
    return name


HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$"), AfterValidator(_host)]


class DatabaseAccess(Model):
    """How an environment's database is reached, where it is not as the catalog and AWS have it."""

    addresses: Annotated[tuple[HostName, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Host of each instance or node; replicas too, because each has its own lag. Without a port: the "
        "default port is used. "
        "Absent: AWS is asked for them by the names in the catalog.",
    )
    user: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")] | None = Field(
        default=None, description="PostgreSQL: belfry_monitoring unless named. Redis: absent for a plain AUTH token."
    )
    database: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")] = Field(
        default="postgres", description="The database that PostgreSQL's exporter logs in to: where its extension is."
    )
    encrypted: bool = Field(default=True, description="TLS. PostgreSQL's certificate is not verified.")
    password: bool = Field(default=True, description="Whether a password is set; PostgreSQL always needs one.")


USER: Final = "belfry_monitoring"


class MemberKind(Vocabulary):
    """What AWS is asked for an address."""

    INSTANCE = ("instance", "An instance of RDS.")
    CLUSTER = ("cluster", "A cluster of Aurora: the address of its writer.")
    NODE = ("node", "A cluster of ElastiCache with one node, a member of its group.")


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a database with an address of its own; ``identifier`` is AWS's."""

    kind: MemberKind
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseTarget:
    """A database of the catalog, and the way to it. ``members`` are asked for the addresses that nobody states."""

    system: str
    component: str
    exporter: ExporterProgram
    access: DatabaseAccess
    members: tuple[Member, ...] = ()

    def at(self, addresses: Sequence[str]) -> "DatabaseTarget":
        """The same with the addresses that AWS gave its members."""
        return replace(self, access=self.access.model_copy(update={"addresses": tuple(addresses)}))

    @property
    def key(self) -> str:
        """Unique among all; also the name of its account in the exporter's file."""
        return f"{self.system}-{self.component}"

    @property
    def secret(self) -> str:
        """The name of its password among the environment's secrets."""
        return f"{names.DATABASE_SECRETS}{self.key}"

    @property
    def urls(self) -> tuple[str, ...]:
        """What Prometheus names as the target, without a password."""
        access, port, addresses = self.access, self.exporter.target_port, self.access.addresses
        assert addresses, "AWS knows them: see members"
        if self.exporter is POSTGRES:
            return tuple(f"{host}:{port}/{access.database}" for host in addresses)
        user = f"{access.user}@" if access.user else ""
        return tuple(f"redis{'s' * access.encrypted}://{user}{host}:{port}" for host in addresses)

    @property
    def parameters(self) -> dict[str, str]:
        """What Prometheus names besides."""
        return {"auth_module": self.key} if self.exporter is POSTGRES else {}


def exporter_of(resource: ResourceBase) -> ExporterProgram | None:
    """The exporter for a resource of the catalog; none for what has no exporter here."""
    if isinstance(resource, RdsDatabase) and resource.engine in ("postgres", "aurora-postgresql"):
        return POSTGRES
    if isinstance(resource, ElastiCache) and resource.engine in ("redis", "valkey"):
        return REDIS
    return None


def members(resource: ResourceBase) -> tuple[Member, ...]:
    """Whom to ask: replicas of RDS too, whose lag is theirs; of Aurora the cluster, whose readers refuse to tell."""
    if isinstance(resource, RdsDatabase):
        if resource.aurora:
            return (Member(MemberKind.CLUSTER, resource.identifier),)
        return tuple(Member(MemberKind.INSTANCE, name) for name in (resource.identifier, *resource.read_replicas))
    return tuple(Member(MemberKind.NODE, part["node_cluster"]) for part in resource.parts("node").values())


def targets(
    given: Mapping[str, DatabaseAccess], catalog: Catalog, secrets: Collection[str] = ()
) -> tuple[DatabaseTarget, ...]:
    """The databases that have an exporter, sorted: those of ``given``, and those with their password in ``secrets``.

    ``given`` by ``<system>/<resource>``; a mistake in it is left to problems.
    """
    every = (_target(key, resource, given.get(key)) for key, resource in sorted(_databases(catalog).items()))
    return tuple(one for one in every if one and (f"{one.system}/{one.component}" in given or one.secret in secrets))


def without_exporter(
    given: Mapping[str, DatabaseAccess], catalog: Catalog, secrets: Collection[str]
) -> tuple[DatabaseTarget, ...]:
    """The databases of the catalog that an exporter could ask, and none does: their passwords are missing."""
    asked = {target.key for target in targets(given, catalog, secrets)}
    every = (_target(key, resource, None) for key, resource in sorted(_databases(catalog).items()))
    return tuple(one for one in every if one and one.key not in asked)


def _target(key: str, resource: ResourceBase, access: DatabaseAccess | None) -> DatabaseTarget | None:
    exporter, (system, _, component) = exporter_of(resource), key.partition("/")
    if exporter is None:
        return None
    return DatabaseTarget(
        system=system,
        component=component,
        exporter=exporter,
        access=access or DatabaseAccess(),
        members=members(resource),
    )


def problems(given: Mapping[str, DatabaseAccess], catalog: Catalog, where: str) -> Iterator[Problem]:
    """What cannot be, with keys below ``where``."""
    known = _databases(catalog)
    allowed = ", ".join(key for key, resource in sorted(known.items()) if exporter_of(resource))
    for key, access in sorted(given.items()):
        resource = known.get(key)
        if resource is None:
            yield Problem(f"{where}.{key}", "found no such database in the catalog", allowed or "none")
        elif exporter_of(resource) is None:
            yield Problem(f"{where}.{key}", "found a database without an exporter", allowed or "none")
        elif isinstance(resource, RdsDatabase):
            if not access.password:
                yield Problem(f"{where}.{key}.password", "found false", "true: PostgreSQL requires a password")
            if resource.aurora and len(access.addresses or ()) > 1:
                yield Problem(
                    f"{where}.{key}.addresses",
                    f"found {len(access.addresses or ())} of an Aurora cluster",
                    "the cluster's address: its readers do not support the replication functions; CloudWatch has "
                    "their lag",
                )


def credentials(exporter: ExporterProgram, passwords: Iterable[tuple[DatabaseTarget, str]]) -> str:
    """The exporter's own file with the accounts. It is a secret."""
    if exporter is POSTGRES:
        modules = {target.key: _account(target.access, password) for target, password in passwords}
        return to_yaml({"auth_modules": modules})
    return json.dumps({url: password for target, password in passwords for url in target.urls}, sort_keys=True)


def template(exporter: ExporterProgram, targets: Iterable[DatabaseTarget]) -> str:
    """The same file for External Secrets, which puts the passwords in: each is a secret by the name of ``secret``."""
    marked = [(target, f"PASSWORD-OF-{target.key}-END") for target in targets]
    text = credentials(exporter, marked)
    for target, mark in marked:
        # As JSON, so that no character of a password ends the text that it stands in; YAML takes that too.
        value = f'{{{{ index . "{target.secret}" | toJson }}}}'
        text = text.replace(f'"{mark}"', value).replace(mark, value)
    return text


def _account(access: DatabaseAccess, password: str) -> dict[str, Any]:
    return {
        "type": "userpass",
        "userpass": {"username": access.user or USER, "password": password},
        "options": {"sslmode": "require" if access.encrypted else "disable"},
    }


def _databases(catalog: Catalog) -> dict[str, ResourceBase]:
    return {
        f"{system.system}/{resource.name}": resource
        for system in catalog.systems
        for resource in system.resources
        if isinstance(resource, RdsDatabase | ElastiCache)
    }
