"""What all boards are made of: panels, targets, variables, links, thresholds."""
