"""Policies: what the resources of an environment must be, as pure functions over them."""
