"""HabitsCase: a next hop with a habit, and a sender who comes with one mail."""

import unittest

from support.peers_case import PeersCase
from support.waybill import binary


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class HabitsCase(PeersCase):
    def deliver(self, waybill, alias, octets, sender="s@s.test"):
        """The first refusal, or the reply to the body."""
        with waybill.client() as client:
            client.hello()
            return client.deliver(sender, [alias], octets)
