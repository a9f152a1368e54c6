"""What the actions in AWS share: one client a service, and what its errors mean for an action."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.http import Unreachable
from ops.remediation.actors import Refused

# An action is begun once: a second try could do it twice.
_SETTINGS = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
_SERVER_ERROR = 500


def client(service: str, region: str) -> Any:
    """A client that asks once."""
    return boto3.client(service, region_name=region, config=_SETTINGS)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Errors of AWS as an actor's: Refused where it said no, Unreachable where nobody knows what happened."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        if status >= _SERVER_ERROR or "InternalServer" in code:
            raise Unreachable(f"{what}: {error}") from None
        raise Refused(f"{what}: {error}") from None
    except BotoCoreError as error:
        raise Unreachable(f"{what}: {error}") from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable(f"{what}: an answer that AWS does not give: {type(error).__name__}") from None
