"""Whether a page helped: counted by page and day without knowing who answered; a few words are kept for 90
days for the city's admins. Nothing here belongs to a person or a case."""
