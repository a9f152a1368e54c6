"""A web ACL of AWS WAF in front of the load balancer that browsers send measurements to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.base import Component

Statement = aws.wafv2.WebAclRuleStatementArgsDict
Field = aws.wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchArgsDict

# Of one address in five minutes, which is AWS WAF's own window.
RATE_WINDOW_SECONDS: Final = 300
METHODS: Final = ("OPTIONS", "POST")  # the preflight of browsers, and the measurements
# Digits of Content-Length: from a megabyte on. WAF sees 8 KB of a body and so cannot measure it; the receiver itself
# refuses what is above half a megabyte.
MOST_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAclArgs:
    """``name`` in AWS. ``path`` is the only one that passes; ``requests_per_window``: of one address.

    ``load_balancer_arn``: what it stands in front of.
    """

    name: str
    path: str
    requests_per_window: int
    load_balancer_arn: pulumi.Input[str]


@pulumi.type_token("belfry:aws:WebAcl")
class WebAcl(Component):
    """Blocks what is no measurement of a browser: another path or method, large bodies, floods of one address.

    Deliberately without AWS's managed rule groups: a body of measurements is JSON full of URLs and error texts, which
    they take for attacks. The controller has no right to web ACLs; the association is made here.
    """

    acl_arn: pulumi.Output[str]

    def __init__(self, name: str, args: WebAclArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=args.name,
            description=f"Measurements of browsers, POST {args.path}",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=[_rule(args.name, n, key, one) for n, (key, one) in enumerate(_statements(args).items())],
            visibility_config=_visible(args.name),
            opts=self.child(),
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association",
            resource_arn=args.load_balancer_arn,
            web_acl_arn=acl.arn,
            opts=self.child(),
        )
        self.acl_arn = acl.arn
        self.register_outputs({"acl_arn": self.acl_arn})


def _statements(args: WebAclArgs) -> Mapping[str, Statement]:
    """Name of a rule -> what it blocks, the cheapest first."""
    methods = [_equals({"method": {}}, method) for method in METHODS]
    return {
        "path": {"not_statement": {"statement": _equals({"uri_path": {}}, args.path)}},
        "method": {"not_statement": {"statement": {"or_statement": {"statements": methods}}}},
        "large-body": {
            "size_constraint_statement": {
                "field_to_match": {"single_header": {"name": "content-length"}},
                "comparison_operator": "GT",
                "size": MOST_DIGITS,
                "text_transformations": [{"priority": 0, "type": "NONE"}],
            }
        },
        "flood": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": args.requests_per_window,
                "evaluation_window_sec": RATE_WINDOW_SECONDS,
            }
        },
    }


def _equals(field: Field, text: str) -> Statement:
    return {
        "byte_match_statement": {
            "field_to_match": field,
            "positional_constraint": "EXACTLY",
            "search_string": text,
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }


def _rule(acl: str, priority: int, key: str, statement: Statement) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": key,
        "priority": priority,
        "action": {"block": {}},
        "statement": statement,
        "visibility_config": _visible(f"{acl}-{key}"),
    }


def _visible(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    # No samples: they would keep addresses of users for anybody with the console.
    return {"metric_name": metric, "cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False}
