"""Sign-on to Grafana by the company's OpenID Connect provider."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.addresses import HttpsAddress, check_url
from model.base import Model

Values = dict[str, Any]

FOLDER = "/etc/secrets/sign-on"
# Everything here ends up in an INI file that Grafana and Helm both expand, group names within an expression besides:
# what would end a string there, start a comment or a variable is refused.
Plain = Annotated[str, Field(pattern=r"^[^\s'\"`\\;#$%{}][^'\"`\\;#$%{}\x00-\x1f]*$", max_length=256)]
Https = Annotated[HttpsAddress, Field(pattern=r"^https://[^\s'\"`;#$%{}]+$")]


def _endpoint(text: str) -> str:
    if not text.startswith("/"):
        check_url(text, ("https",))
    return text


Endpoint = Annotated[
    str,
    Field(
        pattern=r"^(/|https://)[^\s'\"`;#$%{}]+$",
        description="A path below the issuer, or a full URL if it is elsewhere; see "
        "<issuer>/.well-known/openid-configuration.",
    ),
    AfterValidator(_endpoint),
]


class Provider(Model):
    """An OpenID Connect provider, and the client that it knows a program by."""

    issuer: Https
    authorization_endpoint: Endpoint
    token_endpoint: Endpoint
    userinfo_endpoint: Endpoint
    client_id: Plain
    scopes: Annotated[tuple[Plain, ...], Field(min_length=1)] = ("openid", "profile", "email")

    @model_validator(mode="after")
    def _openid(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError(
                "found scopes without openid; allowed: openid must be included, or the provider sends no name"
            )
        return self

    def url(self, endpoint: str) -> str:
        """The whole URL of an endpoint."""
        return f"{self.issuer.removesuffix('/')}{endpoint}" if endpoint.startswith("/") else endpoint


class Oidc(Provider):
    """The company's OpenID Connect provider, and which of its groups are what in Grafana."""

    name: Annotated[Plain, Field(description="On the sign-in button.")] = "single sign-on"
    scopes: Annotated[tuple[Plain, ...], Field(min_length=1)] = ("openid", "profile", "email", "groups")
    groups_claim: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "groups"
    admins: Annotated[tuple[Plain, ...], Field(min_length=1, description="Groups that administer Grafana.")]
    editors: tuple[Plain, ...] = Field(default=(), description="Groups that may create dashboards.")
    viewers: tuple[Plain, ...] = Field(default=(), description="Groups that may look; none named means everybody.")

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        named = (*self.admins, *self.editors, *self.viewers)
        twice = sorted({group for group in named if named.count(group) > 1})
        if twice:
            raise ValueError(f"found {', '.join(twice)} twice; allowed: each group has one role")
        return self

    @property
    def role_attribute_path(self) -> str:
        """The JMESPath expression that gives the role; nothing where no group has one, and then nobody gets in."""
        roles = (("Admin", self.admins), ("Editor", self.editors), ("Viewer", self.viewers))
        rows = [f"{self._in_any(groups)} && '{role}'" for role, groups in roles if groups]
        return " || ".join([*rows, *([] if self.viewers else ["'Viewer'"])])

    def _in_any(self, groups: tuple[str, ...]) -> str:
        tests = " || ".join(f"contains({self.groups_claim} || `[]`, '{group}')" for group in groups)
        return f"({tests})"


def settings(oidc: Oidc) -> Values:
    """Sections of ``grafana.ini``."""
    return {
        # The administrator's password still works over the API, for the day on which the provider is down.
        "auth": {"disable_login_form": True, "oauth_auto_login": True},
        "auth.generic_oauth": {
            "enabled": True,
            "name": oidc.name,
            "client_id": oidc.client_id,
            "client_secret": f"$__file{{{FOLDER}/{names.GRAFANA_SIGN_ON_KEY}}}",
            "scopes": " ".join(oidc.scopes),
            "auth_url": oidc.url(oidc.authorization_endpoint),
            "token_url": oidc.url(oidc.token_endpoint),
            "api_url": oidc.url(oidc.userinfo_endpoint),
            "use_pkce": True,
            "use_refresh_token": True,
            "allow_sign_up": True,  # of people whom the provider knows; `users.allow_sign_up` is the form's
            "role_attribute_path": oidc.role_attribute_path,
            # Without a role nobody gets in, instead of as a viewer.
            "role_attribute_strict": True,
            "allow_assign_grafana_admin": False,
        },
    }
