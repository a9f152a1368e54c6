"""How kubectl and the Kubernetes provider reach an EKS cluster."""

import json


def kubeconfig(*, name: str, endpoint: str, authority: str, region: str) -> str:
    """A kubeconfig without a secret in it: the token comes from the AWS CLI of whoever runs the program."""
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
