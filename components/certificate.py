"""A certificate of AWS Certificate Manager, validated by a record in a zone of Route 53."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component

# The record is asked for again with each renewal; how soon a change of it is seen does not matter.
TTL_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateArgs:
    """``domain``: a name, or ``*.`` and a domain for all names below it. ``zone_id``: the public zone that has it."""

    domain: str
    zone_id: pulumi.Input[str]


@pulumi.type_token("belfry:aws:Certificate")
class Certificate(Component):
    """One certificate; AWS renews it as long as the validation record is there.

    That of the platform's pages is for all names below a domain and not for each: it stays the same when a program
    comes or goes, and public logs of certificates do not list the programs.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        certificate = aws.acm.Certificate(
            f"{name}-certificate", domain_name=args.domain, validation_method="DNS", opts=self.child()
        )
        option = certificate.domain_validation_options.apply(lambda options: options[0])
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=args.zone_id,
            name=option.apply(lambda wanted: str(wanted.resource_record_name)),
            type=option.apply(lambda wanted: str(wanted.resource_record_type)),
            records=[option.apply(lambda wanted: str(wanted.resource_record_value))],
            ttl=TTL_SECONDS,
            # AWS wants the same record for every certificate of one name in one account.
            allow_overwrite=True,
            opts=self.child(),
        )
        validated = aws.acm.CertificateValidation(
            f"{name}-validated",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=self.child(),
        )
        self.arn = validated.certificate_arn
        self.register_outputs({"arn": self.arn})
