"""What follows of a query's syntax tree: labels, values, parts, intervals."""
