"""The comment on a pull request: the report that a run of a fork's code wrote, read as what a stranger sent."""
