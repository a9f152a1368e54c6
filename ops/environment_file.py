"""What the operations need of ``Pulumi.<environment>.yaml``. The program itself checks all of the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from model.account.identity import AwsIdentity
from model.base import Region
from model.problems import BadInput, Problem, from_validation, or_problems
from model.vocabulary import Environment
from model.yaml_file import read_yaml

_REGION: TypeAdapter[str] = TypeAdapter(Region)
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFile:
    """``account`` is empty where the file names none; ``content`` is all of the file.

    ``identity``: as whom AWS is asked.
    """

    environment: Environment
    name: str
    region: str
    account: str
    content: Mapping[str, Any]
    identity: AwsIdentity = field(default_factory=AwsIdentity)

    @classmethod
    def read(cls, root: Path, environment: str) -> Self:
        """The file of ``environment``. Raises BadInput, also for ``local``, which is no AWS account."""
        known = {str(each): each for each in Environment if each is not Environment.LOCAL}
        if environment not in known:
            raise BadInput([Problem("--env", f"found {environment!r}", ", ".join(known))])
        name = f"Pulumi.{environment}.yaml"
        content = read_yaml(root / name, name)
        config = content.get("config") if isinstance(content, dict) else None
        given = config if isinstance(config, dict) else {}
        region, account = str(given.get("belfry:region", "")), str(given.get("belfry:account", ""))
        wrong: list[Problem] = []
        try:
            _REGION.validate_python(region)
        except ValidationError:
            wrong.append(Problem(f"{name}: belfry:region", f"found {region!r}", "a region, such as eu-central-1"))
        if account and not _ACCOUNT.fullmatch(account):
            wrong.append(Problem(f"{name}: belfry:account", f"found {account!r}", "12 digits"))
        identity = or_problems(lambda: _identity(given.get("belfry:aws") or {}, name), wrong)
        if identity is None or wrong:
            raise BadInput(wrong)
        return cls(
            environment=known[environment],
            name=name,
            region=region,
            account=account,
            content=content,
            identity=identity,
        )

    def account_of(self, credentials: str) -> str:
        """The account of the ``credentials``. Raises BadInput where the file names another one."""
        if self.account and self.account != credentials:
            found = f"found credentials of the account {credentials}"
            raise BadInput([Problem(f"{self.name}: belfry:account", found, f"those of {self.account}")])
        return credentials


def _identity(given: Any, name: str) -> AwsIdentity:
    try:
        return AwsIdentity.model_validate(given)
    except ValidationError as error:
        raise BadInput(from_validation(name, error, AwsIdentity, "belfry:aws.")) from None
