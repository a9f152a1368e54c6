"""The Pulumi program: load, check, build, export."""

from pathlib import Path

import pulumi

from model.problems import BadInput, Problem
from model.vocabulary import Environment
from stacks import assurance, foundation, platform
from stacks.inputs import ROOT, Inputs, load
from stacks.outputs import Outputs, summarize


def run(*, offline: bool, today: str, root: Path = ROOT, checked: Inputs | None = None) -> None:
    """Deploy the selected stack. ``offline``: the providers make everything up, see ``engine/``.

    ``checked``: the inputs, where they were read before the engine started. ``today``: the day as ISO text, by which
    what production accepts for a time is judged.
    Raises BadInput before anything is registered.
    """
    refuse_mixed_worlds(pulumi.get_stack(), offline=offline, preview=pulumi.runtime.is_dry_run())
    for name, value in build(load(root, checked, today=today)).exports().items():
        pulumi.export(name, value)


def build(inputs: Inputs) -> Outputs:
    """Register all layers."""
    base = foundation.build(inputs)
    installed = platform.build(inputs, base)
    alarms = assurance.build(inputs, base, installed)
    return Outputs(
        environment=inputs.settings.environment,
        cluster_name=base.cluster.cluster_name,
        kubeconfig=base.cluster.kubeconfig,
        namespaces=installed.namespaces.names,
        alarm_topics=base.topics.arns,
        grafana_url=inputs.settings.links.grafana,
        region=inputs.settings.region,
        network=base.cluster.network,
        security_group_id=base.cluster.security_group_id,
        oidc_issuer=base.cluster.oidc_issuer,
        buckets=base.buckets.names,
        data_key_arn=base.data_key_arn,
        role_arns={workload: one.role_arn for workload, one in base.identities.items()},
        delivery_roles=base.delivery,
        summary=summarize(inputs, cloudwatch_alarms=alarms),
    )


def refuse_mixed_worlds(stack: str, *, offline: bool, preview: bool) -> None:
    """Two locks: made-up state never reaches a real environment, and `local` never reaches a real account."""
    if stack == Environment.LOCAL and not offline:
        raise BadInput([Problem("stack", "found local with real plugins", "`make up`, or another environment")])
    if stack != Environment.LOCAL and offline and not preview:
        raise BadInput(
            [
                Problem(
                    "stack", f"found {stack} with the offline providers", "a preview, or real plugins and credentials"
                )
            ]
        )
