"""Single sign-on to Grafana: who is what, and which provider's description is a mistake."""

from typing import Any

import pytest

from configs.grafana.sign_on import Oidc, settings
from tests.model.refusals import refusal

GOOD: dict[str, Any] = {
    "issuer": "https://id.example.com/realms/company",
    "authorization_endpoint": "/protocol/openid-connect/auth",
    "token_endpoint": "/protocol/openid-connect/token",
    "userinfo_endpoint": "https://graph.example.com/oidc/userinfo",
    "client_id": "grafana",
    "admins": ["platform"],
    "editors": ["shop", "Site Reliability"],
}
OIDC = Oidc.model_validate(GOOD)


def test_endpoints_lie_below_the_issuer_or_where_they_say() -> None:
    found = settings(OIDC)["auth.generic_oauth"]

    assert found["auth_url"] == "https://id.example.com/realms/company/protocol/openid-connect/auth"
    assert found["token_url"] == "https://id.example.com/realms/company/protocol/openid-connect/token"
    assert found["api_url"] == "https://graph.example.com/oidc/userinfo"
    assert found["scopes"] == "openid profile email groups"


def test_groups_become_roles_and_everybody_else_looks() -> None:
    assert OIDC.role_attribute_path == (
        "(contains(groups || `[]`, 'platform')) && 'Admin'"
        " || (contains(groups || `[]`, 'shop') || contains(groups || `[]`, 'Site Reliability')) && 'Editor'"
        " || 'Viewer'"
    )


def test_where_viewers_are_named_only_they_get_in() -> None:
    oidc = Oidc.model_validate(GOOD | {"editors": [], "viewers": ["staff"], "groups_claim": "roles"})

    assert oidc.role_attribute_path == (
        "(contains(roles || `[]`, 'platform')) && 'Admin' || (contains(roles || `[]`, 'staff')) && 'Viewer'"
    )
    assert settings(oidc)["auth.generic_oauth"]["role_attribute_strict"] is True


def test_the_provider_is_the_only_way_in_and_makes_no_server_administrator() -> None:
    found = settings(OIDC)

    assert found["auth"] == {"disable_login_form": True, "oauth_auto_login": True}
    assert found["auth.generic_oauth"]["use_pkce"] is True
    assert found["auth.generic_oauth"]["allow_assign_grafana_admin"] is False


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        pytest.param({"issuer": None}, "issuer", "missing", id="no issuer"),
        pytest.param({"issuer": "http://id.example.com"}, "issuer", "found 'http://id", id="an issuer anybody reads"),
        pytest.param({"issuer": "https://id.example.com/"}, "issuer", "found", id="an issuer that ends in a slash"),
        pytest.param({"token_endpoint": "token"}, "token_endpoint", "found 'token'", id="half an endpoint"),
        pytest.param({"admins": []}, "admins", "at least 1", id="nobody to administer it"),
        pytest.param({"admins": ["it's"]}, "admins[0]", "found", id="a group that ends the expression's string"),
        pytest.param({"editors": ["a;b"]}, "editors[0]", "found", id="a group that begins a comment"),
        pytest.param({"viewers": ["$__env{HOME}"]}, "viewers[0]", "found", id="a group that is a variable"),
        pytest.param({"name": "{{ .Values }}"}, "name", "found", id="a name that is a template"),
        pytest.param({"scopes": ["email"]}, "", "found scopes without openid", id="no openid among the scopes"),
        pytest.param({"viewers": ["shop"]}, "", "found shop twice", id="a group with two roles"),
        pytest.param({"client_secret": "hush"}, "client_secret", "unknown key", id="a secret among the settings"),
    ],
)
def test_a_mistake_is_reported_with_its_key(changes: dict[str, Any], key: str, message: str) -> None:
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}

    reported = refusal(Oidc, given)

    assert reported.startswith(f"{key}: " if key else message)
    assert message in reported
    assert "hush" not in reported
