"""Exporters of databases: the programs, whom they ask, and with which account.

One program asks many databases (the multi-target pattern): Prometheus names the database with each scrape, and the
password is read from a file in the program's pod.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from model import names
from model.addresses import check_host
from model.base import Model
from model.catalog.catalog import Catalog
from model.catalog.databases import ElastiCache, RdsDatabase
from model.catalog.resource_base import ResourceBase
from model.problems import Problem
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
    # renovate: datasource=docker depName=quay.io/prometheuscommunity/postgres-exporter
    image="quay.io/prometheuscommunity/postgres-exporter:v0.20.1",
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
    # renovate: datasource=docker depName=docker.io/oliver006/redis_exporter
    image="docker.io/oliver006/redis_exporter:v1.88.0",
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
    """How an environment's database is reached. The catalog knows a database by its name; AWS makes the address."""

    addresses: Annotated[tuple[HostName, ...], Field(min_length=1)] = Field(
        description="Host of each instance or node; replicas too, since their lag is theirs. No port: it is the usual."
    )
    user: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")] | None = Field(
        default=None, description="PostgreSQL: belfry_monitoring unless named. Redis: absent for a plain AUTH token."
    )
    database: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")] = Field(
        default="postgres", description="The database that PostgreSQL's exporter logs in to: where its extension is."
    )
    encrypted: bool = Field(default=True, description="TLS. PostgreSQL's certificate is taken as it is.")
    password: bool = Field(default=True, description="Whether there is one; PostgreSQL always has.")


USER: Final = "belfry_monitoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseTarget:
    """A database of the catalog, and the way to it."""

    system: str
    component: str
    exporter: ExporterProgram
    access: DatabaseAccess

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
        access, port = self.access, self.exporter.target_port
        if self.exporter is POSTGRES:
            return tuple(f"{host}:{port}/{access.database}" for host in access.addresses)
        user = f"{access.user}@" if access.user else ""
        return tuple(f"redis{'s' * access.encrypted}://{user}{host}:{port}" for host in access.addresses)

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


def targets(given: Mapping[str, DatabaseAccess], catalog: Catalog) -> tuple[DatabaseTarget, ...]:
    """The databases of ``given`` (``<system>/<resource>``), sorted. Those without an exporter are left to problems."""
    known = _databases(catalog)
    return tuple(
        DatabaseTarget(system=system, component=component, exporter=exporter, access=given[key])
        for key in sorted(given)
        for system, _, component in [key.partition("/")]
        if key in known and (exporter := exporter_of(known[key]))
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
            yield Problem(f"{where}.{key}", "found a database that has no exporter here", allowed or "none")
        elif isinstance(resource, RdsDatabase):
            if not access.password:
                yield Problem(f"{where}.{key}.password", "found false", "true: PostgreSQL lets nobody in without one")
            if resource.aurora and len(access.addresses) > 1:
                yield Problem(
                    f"{where}.{key}.addresses",
                    f"found {len(access.addresses)} of an Aurora cluster",
                    "the cluster's own: its readers refuse the functions for replication; CloudWatch has their lag",
                )


def credentials(exporter: ExporterProgram, passwords: Iterable[tuple[DatabaseTarget, str]]) -> str:
    """The exporter's own file with the accounts. It is a secret."""
    if exporter is POSTGRES:
        modules = {target.key: _account(target.access, password) for target, password in passwords}
        return to_yaml({"auth_modules": modules})
    return json.dumps({url: password for target, password in passwords for url in target.urls}, sort_keys=True)


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
