"""Examples of the components of auto-remediation in AWS."""

from collections.abc import Callable

from components.base import Component
from components.remediation_access import RemediationAccess, RemediationAccessArgs
from components.remediation_functions import RemediationFunctions, RemediationFunctionsArgs
from components.remediation_machine import RemediationMachine, RemediationMachineArgs
from configs.iam import remediation as policies
from model.remediation.cluster_rights import ACTOR_GROUP, ENGINE_GROUP, of_actor, of_engine
from model.remediation.families import Family
from model.vocabulary import Environment
from tests.configs.iam.test_remediation import ACCOUNT, CLOUD, EVERY, KEY, REGION, documents
from tests.tools import PROJECT

DOCUMENTS = documents()
DATA_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
FUNCTIONS = ("engine", str(Family.KUBERNETES), str(Family.CAPACITY))


def _functions() -> Component:
    return RemediationFunctions(
        "remediation",
        RemediationFunctionsArgs(
            prefix="belfry-dev",
            names={family: CLOUD.function_name(family) for family in FUNCTIONS},
            policies={family: DOCUMENTS[family] for family in FUNCTIONS},
            boundary=policies.boundary(DOCUMENTS.values()),
            groups={"engine": ENGINE_GROUP, str(Family.KUBERNETES): ACTOR_GROUP},
            cluster_name="main",
            vpc_id="vpc-1",
            subnet_ids=["subnet-1", "subnet-2"],
            cluster_group="sg-cluster",
            bucket="belfry-jobs",
            catalog=PROJECT / "catalog",
            key=f"{'0' * 64}.zip",
            variables={"BELFRY_ENVIRONMENT": "dev"},
            family_variable="BELFRY_FAMILY",
            seconds=60,
            log_days=30,
            log_key_arn=DATA_KEY,
        ),
    )


def _machine() -> Component:
    return RemediationMachine(
        "remediation",
        RemediationMachineArgs(
            name=CLOUD.name,
            news=CLOUD.news_name,
            region=REGION,
            account_id=ACCOUNT,
            definition="{}",
            changes_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:belfry-dev-state-changes",
            topics_key_arn=KEY,
            data_key_arn=DATA_KEY,
            machine_policy=DOCUMENTS["machine"],
            pipe_policy=DOCUMENTS["pipe"],
            approver_policy=DOCUMENTS["approver"],
            boundary_arn=CLOUD.boundary,
            expires="expires",
            protect=True,
        ),
    )


def _access() -> Component:
    return RemediationAccess(
        "remediation",
        RemediationAccessArgs(
            rights={ENGINE_GROUP: of_engine(EVERY), ACTOR_GROUP: of_actor(EVERY, Environment.DEV)},
        ),
    )


REMEDIATION_EXAMPLES: dict[type[Component], Callable[[], Component]] = {
    RemediationAccess: _access,
    RemediationFunctions: _functions,
    RemediationMachine: _machine,
}
