"""What is watched: the shape of ``catalog/``, a module for each idea, and the checks across them."""
