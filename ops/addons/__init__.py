"""Takes the versions of EKS add-ons and node images that AWS offers into the table of pins."""
