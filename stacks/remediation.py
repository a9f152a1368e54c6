"""The engine of auto-remediation, where the settings turn it on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pulumi

from components.remediation_access import RemediationAccess, RemediationAccessArgs
from components.remediation_functions import RemediationFunctions, RemediationFunctionsArgs
from components.remediation_machine import RemediationMachine, RemediationMachineArgs
from configs.iam import remediation as policies
from configs.remediation_route import with_engine
from model.catalog.catalog import Catalog
from model.remediation import cluster_rights
from model.remediation.cloud import (
    CLUSTER_VARIABLE,
    ENGINE,
    ENVIRONMENT_VARIABLE,
    EXPIRES,
    FAMILY_VARIABLE,
    LEDGER_VARIABLE,
    SYSTEMS_VARIABLE,
    TOPIC_VARIABLE,
    Cloud,
    news,
)
from model.remediation.families import Family, families
from model.remediation.machine import FUNCTION_SECONDS, definition
from model.vocabulary import Severity
from model.yaml_file import parse_yaml
from model.yaml_text import to_yaml
from stacks.foundation import Foundation, prefix
from stacks.in_cluster import InCluster
from stacks.inputs import ROOT, Inputs


@dataclass(frozen=True, slots=True)
class _Documents:
    """Policies of one environment, once its account is known."""

    inputs: Inputs
    foundation: Foundation

    def of(self, made: Callable[..., str], **more: pulumi.Input[str]) -> pulumi.Output[str]:
        """``made`` with the environment's names, and with ``more``."""
        settings = self.inputs.settings
        return pulumi.Output.all(account=self.foundation.account_id, **more).apply(
            lambda known: made(settings.engine_in(known["account"]), **{key: known[key] for key in more})
        )


def routed(inputs: Inputs, config: str, account: pulumi.Output[str]) -> pulumi.Input[str]:
    """``alertmanager.yaml`` with the engine's route, where it is on."""
    if not inputs.settings.remediates:
        return config
    alerts = {rule.alert for system in inputs.catalog.systems for rule in system.remediation}
    document = parse_yaml(config, "alertmanager.yaml")
    return account.apply(lambda id_: to_yaml(with_engine(document, alerts, news(inputs.settings.engine_in(id_)))))


def build(target: InCluster) -> None:
    """Register it; nothing where it is off."""
    inputs, foundation, settings = target.inputs, target.foundation, target.settings
    if not settings.remediates:
        return
    catalog, environment = inputs.catalog, settings.environment
    acting = tuple(one for one in families(catalog, environment) if one is not Family.PERSON)
    documents, topic = _Documents(inputs, foundation), foundation.topics.arns[Severity.WARNING]
    notified = {"topic": topic, "topics_key": foundation.topics.key_arn}
    machine_policy = documents.of(partial(_machine, acting), **notified)
    pipe_policy = documents.of(policies.pipe, queue_key=foundation.topics.key_arn)
    rights = {
        ENGINE: documents.of(partial(_engine, catalog), **notified),
        **{str(one): documents.of(partial(_action, one, catalog, target)) for one in acting},
    }
    functions = RemediationFunctions(
        "remediation",
        _functions(target, rights, [machine_policy, pipe_policy], topic),
        opts=pulumi.ResourceOptions(provider=foundation.aws),
    )
    RemediationMachine(
        "remediation",
        RemediationMachineArgs(
            name=settings.engine_in("").name,
            news=settings.engine_in("").news_name,
            region=settings.region,
            account_id=foundation.account_id,
            definition=pulumi.Output.all(functions.arns, topic).apply(
                lambda known: _definition(known[0], families(catalog, environment), known[1])
            ),
            changes_arn=foundation.topics.changes_arn,
            topics_key_arn=foundation.topics.key_arn,
            data_key_arn=foundation.data_key_arn,
            machine_policy=machine_policy,
            pipe_policy=pipe_policy,
            approver_policy=documents.of(policies.approver),
            boundary_arn=functions.boundary_arn,
            expires=EXPIRES,
            protect=settings.protect,
        ),
        opts=pulumi.ResourceOptions(provider=foundation.aws),
    )
    _access(target)


def _machine(acting: tuple[Family, ...], names: Cloud, **more: Any) -> str:
    return policies.machine(names, acting, **more)


def _engine(catalog: Catalog, names: Cloud, **more: Any) -> str:
    return policies.engine(names, catalog, **more)


def _action(family: Family, catalog: Catalog, target: InCluster, names: Cloud) -> str:
    return policies.action(names, family, catalog, target.settings.environment)


def _definition(arns: Mapping[str, str], wanted: tuple[Family, ...], topic: str) -> str:
    """What a person does, the engine's own function only says."""
    functions = {family: arns.get(str(family), arns[ENGINE]) for family in wanted}
    return json.dumps(definition(arns[ENGINE], functions, topic), sort_keys=True)


def _functions(
    target: InCluster,
    rights: Mapping[str, pulumi.Output[str]],
    others: list[pulumi.Output[str]],
    topic: pulumi.Output[str],
) -> RemediationFunctionsArgs:
    settings, foundation, cluster = target.settings, target.foundation, target.foundation.cluster
    names = settings.engine_in("")
    assert foundation.jobs is not None, "checked by stacks.settings: programs run where there are rights"
    assert cluster.security_group_id is not None, "checked by stacks.settings: a cluster that Belfry makes"
    return RemediationFunctionsArgs(
        prefix=prefix(settings),
        names={family: names.function_name(family) for family in rights},
        policies=rights,
        boundary=pulumi.Output.all(*rights.values(), *others).apply(policies.boundary),
        groups={ENGINE: cluster_rights.ENGINE_GROUP, str(Family.KUBERNETES): cluster_rights.ACTOR_GROUP},
        cluster_name=cluster.cluster_name,
        vpc_id=cluster.vpc_id,
        subnet_ids=cluster.subnet_ids,
        cluster_group=cluster.security_group_id,
        bucket=foundation.jobs.bucket,
        key=foundation.jobs.key,
        catalog=ROOT / "catalog",
        variables={
            ENVIRONMENT_VARIABLE: str(settings.environment),
            CLUSTER_VARIABLE: settings.cluster.name,
            LEDGER_VARIABLE: names.name,
            SYSTEMS_VARIABLE: ",".join(system.system for system in target.inputs.catalog.systems),
            TOPIC_VARIABLE: topic,
        },
        family_variable=FAMILY_VARIABLE,
        seconds=FUNCTION_SECONDS,
        log_days=settings.storage.log_group_days,
        log_key_arn=foundation.data_key_arn,
    )


def _access(target: InCluster) -> None:
    catalog, environment = target.inputs.catalog, target.settings.environment
    rights = {
        cluster_rights.ENGINE_GROUP: cluster_rights.of_engine(catalog),
        cluster_rights.ACTOR_GROUP: cluster_rights.of_actor(catalog, environment),
    }
    RemediationAccess("remediation", RemediationAccessArgs(rights=rights), opts=target.opts())
