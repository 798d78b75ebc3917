"""What follows when a rule's condition begins or ends: an alarm, an incident, messages, commands.

An alarm and the entry of the log that brings it are one transaction (opening.py); all that follows is done by
the tasks worker (following.py) from a row of the due list that the same transaction wrote, so none is
lost."""
