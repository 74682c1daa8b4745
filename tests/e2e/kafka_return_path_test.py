"""Return paths where relays and views are apart: a bounce comes to another relay than the mail."""

import threading
import unittest

from support.cluster import Cluster
from support.kafka_java import needs_kafka
from support.network import SMTP_PORT
from support.process import free_port, wait_until
from support.return_paths import report
from support.servers import needs_servers
from support.silent_failure_case import ALIAS, AUTHOR, HIDDEN, TOLD, SilentFailureCase


@needs_servers("nsd")
@needs_kafka()
class RelaysApartTest(SilentFailureCase):
    def setUp(self):
        super().setUp()
        self.bridgehead = self.start_taking_bridgehead()
        self.home = self.start_home_sink()
        self.cluster = Cluster(self, {"buzz": HIDDEN}, name_server=self.names,
                               tables={"kafka": {"linger": "3 s"}})
        self.cluster.create_topics()
        self.first = self.cluster.relay("mx1", address=self.at["relay"], smtp_port=SMTP_PORT)
        self.second = self.cluster.relay("mx2", smtp_port=free_port())
        self.projector = self.cluster.projector()

    def report_to(self, relay, recipient, octets=None):
        octets = octets or report(recipient, HIDDEN, host="gatehouse.toybox.test")
        with relay.client() as client:
            client.hello("gatehouse.toybox.test")
            return client.deliver("", [recipient], octets).code

    def taken_by(self, relay, recipient):
        """As a reporter that comes again while it hears 4xx."""
        wait_until(lambda: self.report_to(relay, recipient) == 250, "the report is taken")

    def test_a_bounce_that_comes_to_another_relay_goes_home_once(self):
        self.write(self.first)
        path = self.bridgehead.mail()[-1].sender
        self.taken_by(self.second, path)
        self.taken_by(self.first, path)  # the same report again
        entries = self.story(self.projector, *TOLD, "accepted", "dropped")
        self.assertEqual(1, len(self.home.mail()))
        self.assertEqual(1, len({entry["partition"] for entry in entries}))

    def test_two_relays_with_the_same_report_record_it_once(self):
        self.write(self.first)
        path = self.bridgehead.mail()[-1].sender
        octets = report(path, HIDDEN, host="gatehouse.toybox.test")
        wait_until(lambda: self.projector.http.history(ALIAS).json["entries"], "it is in the views")

        def deliver(relay):
            wait_until(lambda: self.report_to(relay, path, octets) == 250, "the report is taken")
        both = [threading.Thread(target=deliver, args=(relay,))
                for relay in (self.first, self.second)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        self.assertEqual(1, len(self.projector.events(ALIAS, ["bounced"])))
        self.assertEqual(1, len(self.home.mail()))

    def test_with_another_owner_no_report_is_told_to_come_again(self):
        self.cluster.projector("p2")
        paths = []
        for _ in range(3):
            self.write(self.first)
            paths.append(self.bridgehead.mail()[-1].sender)
        for path in paths:
            self.taken_by(self.second, path)
        self.projector.freeze()
        try:
            self.assertEqual([250] * 3, [self.report_to(self.second, path) for path in paths])
        finally:
            self.projector.thaw()
        self.projector.kill()
        self.assertEqual([250] * 3, [self.report_to(self.second, path) for path in paths])

    def test_without_the_owner_a_report_is_told_to_come_again(self):
        self.write(self.first)
        path = self.bridgehead.mail()[-1].sender
        self.taken_by(self.second, path)
        self.projector.kill()
        self.write(self.first)
        other = self.bridgehead.mail()[-1].sender
        self.assertEqual(451, self.report_to(self.second, other))
        self.projector.start()
        self.taken_by(self.second, other)
        wait_until(lambda: len(self.home.mail()) == 2, "both are told")
        self.assertTrue(all(AUTHOR in mail.recipients[0] for mail in self.home.mail()))


if __name__ == "__main__":
    unittest.main()
