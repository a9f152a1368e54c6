"""The pipeline as AWS knows it: whose tokens it trusts, and for which repository and environment."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from model.base import Model
from model.vocabulary import Environment, Vocabulary

_ARN = r"^arn:aws:iam::[0-9]{12}:policy/[A-Za-z0-9+=,.@_/-]{1,512}$"
PolicyArn = Annotated[str, Field(pattern=_ARN, description="Of a policy of the account.")]
# GitHub's and GitLab's own rules for names; no wildcard and no colon can get into a subject by them.
_REPOSITORY = r"^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$"
_PROJECT = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,20}$"
_HOST = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
Id = Annotated[int, Field(ge=1, le=10**15)]


class ProviderIs(Vocabulary):
    """Where the account's OIDC provider comes from: an account has one for each host."""

    MADE = ("made", "This environment makes it.")
    EXISTING = ("existing", "The account has it: by another environment, or by hand.")


class GitHub(Model):
    """GitHub Actions of one repository.

    Tokens of repositories that were made or renamed since July 2026 carry the numeric ids (GitHub, "Immutable subject
    claims"); then both must be here. A name alone can belong to somebody else tomorrow.
    """

    repository: Annotated[str, Field(pattern=_REPOSITORY, description="owner/name.")]
    owner_id: Id | None = Field(default=None, description="`gh api repos/OWNER/NAME --jq .owner.id`")
    repository_id: Id | None = Field(default=None, description="`gh api repos/OWNER/NAME --jq .id`")

    @model_validator(mode="after")
    def _both_ids(self) -> Self:
        if (self.owner_id is None) != (self.repository_id is None):
            raise ValueError("found one of owner_id and repository_id; allowed: both, or none")
        return self

    @property
    def host(self) -> str:
        """Of its OIDC provider."""
        return "token.actions.githubusercontent.com"

    @property
    def audience(self) -> str:
        """What aws-actions/configure-aws-credentials asks for."""
        return "sts.amazonaws.com"

    def deploy_subject(self, environment: Environment) -> str:
        """Jobs in GitHub's environment of the same name, after its reviewers agreed."""
        return f"{self._subject}:environment:{environment}"

    def drift_subject(self, environment: Environment) -> str:
        """Jobs of the nightly workflow, in GitHub's environment ``drift-<environment>``."""
        return f"{self._subject}:environment:drift-{environment}"

    @property
    def preview_subject(self) -> str | None:
        """Pull requests of the repository; those of forks get no token."""
        return f"{self._subject}:pull_request"

    @property
    def _subject(self) -> str:
        if self.owner_id is None:
            return f"repo:{self.repository}"
        owner, _, name = self.repository.partition("/")
        return f"repo:{owner}@{self.owner_id}/{name}@{self.repository_id}"


class GitLab(Model):
    """GitLab CI of one project. Its tokens do not name the environment: the branch must be a protected one."""

    project: Annotated[str, Field(pattern=_PROJECT, description="group/project.")]
    host: Annotated[str, Field(pattern=_HOST, max_length=200)] = "gitlab.com"
    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$")] = "main"

    @property
    def audience(self) -> str:
        """As the job's `id_tokens` asks for it (docs/delivery.md)."""
        return f"https://{self.host}"

    def deploy_subject(self, environment: Environment) -> str:
        """Jobs of the branch, in whatever environment: each has an account or a role of its own."""
        del environment
        return f"project_path:{self.project}:ref_type:branch:ref:{self.branch}"

    def drift_subject(self, environment: Environment) -> str:
        """Jobs of the branch too: a scheduled pipeline has no other subject."""
        return self.deploy_subject(environment)

    @property
    def preview_subject(self) -> str | None:
        """None: a merge request's token names its own branch, so a trust in all of them would be a wildcard."""
        return None


class Delivery(Model):
    """Roles for a pipeline: one that deploys this environment, one that reads its state for pull requests, one that
    looks for drift."""

    github: GitHub | None = None
    gitlab: GitLab | None = None
    provider: ProviderIs = Field(default=ProviderIs.MADE, description="Of the account's OIDC provider.")
    deployer_policy: PolicyArn = Field(
        description="The policy made of docs/deployer-policy.json: a role that could write its own rights has all."
    )
    permissions_boundary: PolicyArn | None = Field(default=None, description="Of all roles.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.github is None) == (self.gitlab is None):
            found = "neither github nor gitlab" if self.github is None else "both github and gitlab"
            raise ValueError(f"found {found}; allowed: one of them")
        return self

    @property
    def pipeline(self) -> GitHub | GitLab:
        """The one that is there."""
        found = self.github or self.gitlab
        assert found is not None, "the validator demands one"
        return found

    def accounts(self) -> dict[str, str]:
        """Key -> the account of the policy that it names."""
        named = {"deployer_policy": self.deployer_policy, "permissions_boundary": self.permissions_boundary}
        return {key: arn.split(":")[4] for key, arn in named.items() if arn}
