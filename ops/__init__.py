"""Tools against a running environment. Decisions are in ``model``; here is what fetches, calls and writes."""
