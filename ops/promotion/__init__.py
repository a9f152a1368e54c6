"""Evidence about a commit: written by the pipeline after each of its steps, and demanded before the next one."""
