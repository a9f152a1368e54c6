"""What a change of the program, the catalog or the assets does: two plans, compared in words."""
