"""The queries of the boards, apart from the panels: one module a subject, functions that return PromQL or LogQL."""
