"""One check a module. Each takes a rule and what is known of all others, and yields what is wrong and where."""
