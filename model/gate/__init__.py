"""Whether a change may be deployed now: the status of objectives, the policy's exceptions, and the decision."""
