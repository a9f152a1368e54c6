"""Environments that share an AWS account: which of them owns what the account has only once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.problems import Problem
from model.vocabulary import Environment, Vocabulary

KEY = "belfry:account_wide"


class AccountWide(Vocabulary):
    """How much of an account's own events, quotas, security services and bill an environment watches.

    Two environments that watch the same would each notify of it.
    """

    ALL = ("all", "The account and its region here: the only environment of an account, or the first of several.")
    REGION = ("region", "This region alone: another environment, in another region, has the account's global events.")
    NONE = ("none", "Nothing: another environment has them for this region too.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentInAccount:
    """What one ``Pulumi.<environment>.yaml`` says of its account; ``account`` is empty where it names none.

    ``systems``: those of the catalog that are watched there; none named means all.
    """

    environment: Environment
    account: str
    region: str
    cluster: str
    account_wide: AccountWide
    systems: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The settings' file."""
        return f"Pulumi.{self.environment}.yaml"

    def shares_account(self, other: "EnvironmentInAccount") -> bool:
        """Whether both are known to be in one account."""
        return bool(self.account) and self.account == other.account and self.environment is not other.environment

    def shares_region(self, other: "EnvironmentInAccount") -> bool:
        """Whether both are in one region of one account."""
        return self.shares_account(other) and self.region == other.region


def problems(here: EnvironmentInAccount, others: Sequence[EnvironmentInAccount]) -> Iterator[Problem]:
    """What ``here`` would do a second time, with both files."""
    for other in others:
        found = f"found {here.account_wide}, as {other.file} has {other.account_wide}"
        if here.shares_account(other) and here.account_wide is other.account_wide is AccountWide.ALL:
            yield Problem(
                f"{here.file}: {KEY}",
                f"{found}, for the same account {here.account}: both would notify of each of its events",
                "all in one of the two files; in the other region, or none in the same region",
            )
        elif here.shares_region(other) and AccountWide.NONE not in (here.account_wide, other.account_wide):
            yield Problem(
                f"{here.file}: {KEY}",
                f"{found}, for the same account {here.account} and region {here.region}: both would notify of its "
                "events and quotas",
                "none in one of the two files",
            )
        if here.shares_region(other) and here.cluster == other.cluster:
            yield Problem(
                f"{here.file}: belfry:cluster.name",
                f"found {here.cluster}, as in {other.file}, in the same account and region",
                "a cluster for each environment: namespaces and releases have the same names in all of them",
            )


def warnings(here: EnvironmentInAccount, others: Sequence[EnvironmentInAccount]) -> Iterator[str]:
    """What nobody watches, because each file leaves it to another one.

    Where ``here`` names no account, no file can be known to own it, and a value other than all is warned of.
    """
    where = f"{here.file}: {KEY}"
    if here.account_wide is AccountWide.ALL:
        return
    in_account = [other for other in others if here.shares_account(other)]
    if not any(other.account_wide is AccountWide.ALL for other in in_account):
        yield (
            f"{where} is {here.account_wide}, and no file of the account {here.account or '(none is named)'} has all: "
            "nobody is notified of the root user, of changes in IAM and of sign-ins"
        )
    in_region = [other for other in in_account if here.shares_region(other)]
    if here.account_wide is AccountWide.NONE and all(other.account_wide is AccountWide.NONE for other in in_region):
        yield (
            f"{where} is none, and no file of the account {here.account or '(none is named)'} in {here.region} has all "
            "or region: nobody is notified of GuardDuty, Security Hub, AWS Health and the quotas there"
        )
