"""What a person or a pipeline may do in the cluster."""

from model.vocabulary import Vocabulary


class AccessLevel(Vocabulary):
    """EKS access policies."""

    CLUSTER_ADMIN = ("cluster-admin", "Everything, everywhere. For breaking glass and for the pipeline that deploys.")
    ADMIN = ("admin", "Everything within namespaces, without quotas and the namespace itself.")
    EDIT = ("edit", "Change workloads and read secrets, without roles.")
    VIEW = ("view", "Look, without secrets.")
    ADMIN_VIEW = ("admin-view", "Look at everything, secrets and cluster-wide objects too.")

    @property
    def policy(self) -> str:
        """Name of AWS's access policy."""
        return f"AmazonEKS{''.join(word.capitalize() for word in self.split('-'))}Policy"
