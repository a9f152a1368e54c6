"""Renders every release of a plan with its pinned chart, and checks what would really reach the cluster."""
