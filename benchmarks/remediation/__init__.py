"""How well auto-remediation decides, against labelled situations, and how fast."""
