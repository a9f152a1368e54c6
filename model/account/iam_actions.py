"""What IAM itself has of its actions."""

from collections.abc import Mapping

LOAD_BALANCER_READS = (
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeSSLPolicies",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)

# Actions for which AWS has no resource level: naming a resource would deny them. Source: Service Authorization
# Reference, "Actions, resources, and condition keys" of each service.
WITHOUT_RESOURCE: Mapping[str, str] = {
    "application-autoscaling:DescribeScalableTargets": "a list of the account's targets",
    "autoscaling:DescribeAutoScalingGroups": "a list of the account's groups",
    "autoscaling:DescribeAutoScalingInstances": "a list of the account's instances",
    "autoscaling:DescribeLaunchConfigurations": "a list of the account's launch configurations",
    "autoscaling:DescribeScalingActivities": "a list across groups",
    "cloudwatch:DescribeAlarms": "the console's overview; only single alarms have a resource level",
    "cloudwatch:GetMetricData": "metrics are no resources",
    "cloudwatch:GetMetricStatistics": "metrics are no resources",
    "cloudwatch:GetMetricWidgetImage": "metrics are no resources",
    "cloudwatch:ListMetrics": "metrics are no resources",
    "cloudwatch:PutMetricData": "metrics are no resources; a condition names the namespace",
    "config:DescribeComplianceByConfigRule": "a list of the account's rules, with ids that AWS makes up",
    "inspector2:BatchGetAccountStatus": "about the account itself",
    "inspector2:ListFindings": "a list across the account's resources",
    **dict.fromkeys(
        (
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeAddresses",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeCapacityReservations",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribePlacementGroups",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSpotPriceHistory",
            "ec2:DescribeSubnets",
            "ec2:DescribeTags",
            "ec2:DescribeVpcs",
        ),
        "describing has no resource level in EC2",
    ),
    "ec2:GetSecurityGroupsForVpc": "a list, of which AWS's own policy of the controller names no resource",
    **dict.fromkeys(
        LOAD_BALANCER_READS,
        "describing has no resource level in Elastic Load Balancing",
    ),
    "iam:ListInstanceProfiles": "a list of the account's profiles",
    "pricing:GetProducts": "the price list of all accounts",
    "logs:GetQueryResults": "a query is no resource",
    "logs:StopQuery": "a query is no resource",
    "securityhub:GetFindings": "a list across the account's resources",
    "tag:GetResources": "a list across services",
}
