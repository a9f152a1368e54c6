"""Whether a running environment is what its plan says: what is expected, and the verdict on what was found."""
