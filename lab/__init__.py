"""The local environment: real servers on this machine, configured from what the deployment of `local` produced."""
