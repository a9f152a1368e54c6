"""How kubectl and the Kubernetes provider reach an EKS cluster."""

import json

from model.account.identity import AwsIdentity


def kubeconfig(*, name: str, endpoint: str, authority: str, region: str, identity: AwsIdentity) -> str:
    """A kubeconfig without a secret in it: the token comes from the AWS CLI of whoever runs the program.

    ``identity``: as whom the CLI asks; with none stated, as whoever runs it.
    """
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "eks", "cluster": {"server": endpoint, "certificate-authority-data": authority}}],
            "users": [
                {
                    "name": "aws",
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1",
                            "command": "aws",
                            "args": [
                                *("eks", "get-token", "--region", region, "--cluster-name", name),
                                *identity.cli_options,
                                *("--output", "json"),  # the user's own default may be a table
                            ],
                            "interactiveMode": "Never",
                        }
                    },
                }
            ],
            "contexts": [{"name": "eks", "context": {"cluster": "eks", "user": "aws"}}],
            "current-context": "eks",
        },
        sort_keys=True,
    )
