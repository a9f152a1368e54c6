"""What a commit must have behind it before it goes to the next environment. Pure: no clock, no network."""
