"""Guard rails in the cluster: who may speak to whom, who goes first, and how much each may take."""
