"""The verb ``moved``: which recorded series moved during an incident."""
