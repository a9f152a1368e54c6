"""Reports on objectives and agreements by week and month, and the review of alerts: from daily counts, pure."""
