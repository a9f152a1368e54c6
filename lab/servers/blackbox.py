"""The blackbox exporter, with the modules of the deployment."""

from lab.context import Context
from lab.servers.certificates import trusted
from lab.servers.server import Command, Server
from model import names
from model.yaml_text import to_yaml

NAME = "blackbox"


def blackbox(context: Context) -> Server | None:
    """The server; None when the deployment has none."""
    release = context.deployment.release(names.BLACKBOX_EXPORTER)
    if release is None:
        return None
    url = context.url(NAME, names.BLACKBOX_EXPORTER_PORT)
    command = (
        context.program("blackbox_exporter"),
        f"--config.file={context.layout.config(NAME) / 'blackbox.yaml'}",
        f"--web.listen-address={context.at(NAME, names.BLACKBOX_EXPORTER_PORT)}",
    )
    run = Command(
        name=NAME,
        command=command,
        # Nobody else: what it asks is on this machine.
        environment={"SSL_CERT_FILE": str(trusted(context.layout))},
        ready=f"{url}/-/healthy",
        reload=f"{url}/-/reload",
        url=url,
    )
    note = "probes only targets that the workload registered: the deployed targets are not on this machine"
    return Server(run=run, files={"blackbox.yaml": to_yaml(release.values["config"])}, notes=(note,))
