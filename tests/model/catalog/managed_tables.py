"""A good managed table of each billing, to be broken in one place or deployed."""

from tests.model.catalogs import Document

PROVISIONED: Document = {
    "name": "orders",
    "kind": "dynamodb-table",
    "description": "Orders.",
    "table": "shop-orders",
    "manage": True,
    "billing": "provisioned",
    "capacity": {"read": 10, "write": 5},
    "autoscaling": {"maximum": {"read": 400, "write": 200}, "target_percent": 60},
    "key": {"partition": {"name": "customer", "type": "string"}, "sort": {"name": "placed", "type": "number"}},
    "indexes": [
        {
            "name": "by-status",
            "key": {"partition": {"name": "status", "type": "string"}, "sort": {"name": "placed", "type": "number"}},
            "projection": ["total", "currency"],
            "capacity": {"read": 4, "write": 5},
            "autoscaling": {"maximum": {"read": 40, "write": 200}},
        },
        {
            "name": "by-day",
            "key": {"partition": {"name": "day", "type": "string"}},
            "projection": "keys-only",
            "capacity": {"read": 2, "write": 5},
        },
    ],
    "time_to_live": True,
    "time_to_live_attribute": "expires",
    "stream": "new-image",
    "stream_consumers": ["shop-export"],
    "recovery_days": 7,
    "contributor_insights": "throttled",
    "table_class": "infrequent-access",
}
ON_DEMAND: Document = {
    "name": "carts",
    "kind": "dynamodb-table",
    "description": "Carts.",
    "table": "shop-carts",
    "manage": True,
    "billing": "on-demand",
    "maximum": {"read": 4000, "write": 1000},
    "key": {"partition": {"name": "cart", "type": "binary"}},
    "indexes": [
        {
            "name": "by-customer",
            "key": {"partition": {"name": "customer", "type": "string"}},
            "maximum": {"read": 500, "write": 500},
        }
    ],
    "replicas": ["eu-west-1"],
    "replica_keys": {"eu-west-1": "arn:aws:kms:eu-west-1:123456789012:key/1111-2222"},
}
