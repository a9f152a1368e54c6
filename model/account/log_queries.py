"""Saved queries of CloudWatch Logs Insights, as data: ``log_queries.yaml``."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from model.base import Model, Name
from model.model_file import read_model

FILE = Path(__file__).with_name("log_queries.yaml")

# Source: API reference, PutQueryDefinition.
_Query = Annotated[str, Field(min_length=1, max_length=10_000)]
_Queries = Annotated[dict[Name, _Query], Field(min_length=1)]


class LogQueries(Model):
    """Name -> query, by what writes the log groups that it is about."""

    control_plane: _Queries = Field(alias="control-plane", description="EKS's audit log.")
    flow_logs: _Queries = Field(alias="flow-logs", description="The VPC's, in AWS's default format.")
    functions: _Queries = Field(alias="lambda", description="Of the catalog's Lambda functions.")


@cache
def shipped() -> LogQueries:
    """The file that Belfry brings. Raises BadInput."""
    return read_model(LogQueries, FILE)


def function_group(function: str) -> str:
    """The log group that Lambda writes to, unless the function names another."""
    return f"/aws/lambda/{function}"
