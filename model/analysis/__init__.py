"""What recorded series say of a time: which of them moved."""
