"""What the page shows of texts that anybody may have sent: a person reads no more, and a browser must not hang.

The inbox's own API has every notification whole.
"""

# A page of a book has some 2,000 letters; the longest description of a shipped alert has a quarter of that.
LETTERS = 2000
# Of names, labels and paths.
NAME_LETTERS = 200
# A notification of one alert, as it was sent, takes 3,000.
RAW_LETTERS = 10_000
# Entries of one list: details, attachments, recipients.
ENTRIES = 20
# Of a link: browsers and servers take no more for granted.
LINK_LETTERS = 8000
# Alerts in full. A person looks at the first ones; Alertmanager's own page has all.
ALERTS = 200


def cut(text: str, letters: int = LETTERS) -> str:
    """The beginning of ``text``, and how much is missing."""
    return text if len(text) <= letters else f"{text[:letters]}… ({len(text) - letters:,} more letters)"
