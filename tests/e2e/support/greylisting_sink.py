"""GreylistingSink: a next hop that knows a mail by sender and recipient, as greylists do."""

import time

from support.recording_sink import RecordingSink


class GreylistingSink(RecordingSink):
    """Puts a mail off at the end of its body until `seconds` after it was first seen."""

    def __init__(self, directory=None, *, seconds, **more):
        super().__init__(directory, **more)
        self._seconds = seconds
        self._first = {}

    def keep(self, sender, recipients, octets):
        first = self._first.setdefault((sender, tuple(recipients)), time.monotonic())
        if time.monotonic() - first < self._seconds:
            return "451 4.7.1 Greylisted, come again"
        return super().keep(sender, recipients, octets)
