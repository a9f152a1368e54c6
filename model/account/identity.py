"""As whom an environment is deployed: a profile of AWS's shared configuration, a role, or what the shell has."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from model.base import Model


class AssumeRole(Model):
    """A role that is taken before the first request."""

    arn: Annotated[
        str,
        Field(pattern=r"^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}$", description="Of the account."),
    ]
    session_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{2,64}$")] = Field(
        default="belfry", description="As CloudTrail names whoever took the role."
    )
    external_id: str | None = Field(
        default=None, description="Refused: the AWS CLI takes none for a token of EKS; a profile's role may have one."
    )

    @model_validator(mode="after")
    def _without_external_id(self) -> Self:
        # aws-cli, issue 5942: `aws eks get-token` has --role-arn and nothing for an external id, so the cluster could
        # be made and never reached.
        if self.external_id is not None:
            raise ValueError(
                "found external_id, which `aws eks get-token` has no option for; allowed: aws.profile with a profile "
                "of ~/.aws/config that has role_arn and external_id (docs/first-day.md)"
            )
        return self

    @property
    def account(self) -> str:
        """The account of the role."""
        return self.arn.split(":")[4]


class AwsIdentity(Model):
    """Nothing stated: the credentials of the shell or of the machine, as every AWS tool finds them."""

    profile: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./@:+-]{0,127}$")] | None = Field(
        default=None, description="Of ~/.aws/config, on every machine that deploys this environment."
    )
    assume_role: AssumeRole | None = Field(default=None, description="Taken with the credentials of the profile.")

    @property
    def cli_options(self) -> tuple[str, ...]:
        """What `aws eks get-token` is asked with."""
        profile = ("--profile", self.profile) if self.profile else ()
        return (*profile, "--role-arn", self.assume_role.arn) if self.assume_role else profile
