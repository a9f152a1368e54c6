"""All generated files: written, listed in the manifests, locked under a version."""
