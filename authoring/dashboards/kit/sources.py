"""Data sources are variables: their uids differ in every Grafana, and a company may have several of a kind."""

from grafana_foundation_sdk.models.dashboard import DataSourceRef

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
LOKI = DataSourceRef(type_val="loki", uid="${loki_datasource}")
JAEGER = DataSourceRef(type_val="jaeger", uid="${jaeger_datasource}")
CLOUDWATCH = DataSourceRef(type_val="cloudwatch", uid="${cloudwatch_datasource}")
ALL = (PROMETHEUS, LOKI, JAEGER, CLOUDWATCH)
