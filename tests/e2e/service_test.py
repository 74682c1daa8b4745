"""The service itself: how it starts, reloads, refuses and ends."""

import signal
import unittest

from support.peers_case import PeersCase
from support.process import wait_until
from support.recording_sink import RecordingSink
from support.smtp_client import Closed, message
from support.verdicts import facts, history
from support.waybill import Waybill, binary


@unittest.skipUnless(binary().exists(), f"not built: {binary()}")
class ServiceCase(PeersCase):
    def start_with_sink(self, tables=None, **aliases):
        sink = self.start(RecordingSink)
        target = f"u@[127.0.0.1]:{sink.port}"
        waybill = self.start(Waybill, {"x.test": {"aliases": {"a": target, **aliases}}},
                             tables=tables)
        return waybill, sink, target

    def deliver(self, waybill, recipients, octets=None):
        with waybill.client() as client:
            client.hello()
            return client.deliver("s@s.test", recipients, octets or message())


class ConfigurationTest(ServiceCase):
    def test_a_wrong_file_is_told_by_line_and_column_and_starts_nothing(self):
        place = self.directory / "wrong"
        place.mkdir()
        waybill = Waybill(place, {})
        good = f'data_dir = "{waybill.data}"'
        for lines, complaint in (
                (["[server]", good, 'listen = ["localhost"]'], ":3:11: server.listen[0]: expected"),
                (["[server]", good, "[limits]", '  max_sesions = 5'], ":4:3: limits.max_sesions"),
                (["[server", good], ":1:8: "),
                (["[server]", good, '[domains."x.test".aliases]', 'a = "nobody"'],
                 ':4:5: domains."x.test".aliases.a: expected user@domain'),
                (["[http]", 'listen = "0.0.0.0:8025"', "[server]", good],
                 ":2:10: http.listen: expected a loopback address"),
        ):
            with self.subTest(complaint):
                (place / "waybill.toml").write_text("\n".join(lines) + "\n")
                code, output = waybill.run("serve")
                self.assertEqual(2, code, output)
                self.assertIn(f"{place}/waybill.toml{complaint}", output)
                self.assertFalse(waybill.data.exists())
                self.assertEqual(2, waybill.run("check")[0])

    def test_a_file_that_is_not_there_is_told(self):
        place = self.directory / "none"
        place.mkdir()
        code, output = Waybill(place, {}).run("serve")
        self.assertEqual(2, code)
        self.assertIn(f"{place}/waybill.toml: cannot open the file", output)

    def test_a_hang_up_signal_puts_new_domains_in_force(self):
        waybill, sink, target = self.start_with_sink()
        self.assertEqual(550, self.deliver(waybill, ["new@x.test"]).code)
        with waybill.client() as client:
            client.hello()
            client.mail("s@s.test")
            client.rcpt("a@x.test")
            waybill.set_domains({"x.test": {"aliases": {"new": target}}})
            waybill.signal(signal.SIGHUP)
            wait_until(lambda: "reloaded" in waybill.output(), "it says that it reloaded")
            self.assertEqual(250, client.body(message()).code, "what was begun is not broken")
            self.assertEqual(250, client.deliver("s@s.test", ["new@x.test"], message()).code)
            self.assertEqual(550, client.deliver("s@s.test", ["a@x.test"], message()).code)
        self.assertEqual(2, len(sink.mail()))

    def test_a_hang_up_signal_with_a_wrong_file_changes_nothing(self):
        waybill, sink, _ = self.start_with_sink()
        waybill.set_domains({"x.test": {"aliases": {"a": "nobody"}}})
        waybill.signal(signal.SIGHUP)
        wait_until(lambda: "reload refused; nothing changed" in waybill.output(), "it says no")
        self.assertRegex(waybill.output(), r"waybill\.toml:\d+:\d+: domains\.")
        self.assertEqual(250, self.deliver(waybill, ["a@x.test"]).code)
        self.assertEqual(1, len(sink.mail()))

    def test_what_only_a_restart_changes_is_named(self):
        waybill, _, _ = self.start_with_sink({"limits": {"max_sessions": 100}})
        text = waybill.configuration.read_text()
        waybill.configuration.write_text(text.replace("max_sessions = 100", "max_sessions = 7"))
        waybill.signal(signal.SIGHUP)
        wait_until(lambda: "reloaded" in waybill.output(), "it says that it reloaded")
        self.assertRegex(waybill.output(), r"needs_restart\W+limits")


class LifeTest(ServiceCase):
    def test_a_second_instance_on_the_same_data_refuses_and_harms_nothing(self):
        waybill, _, target = self.start_with_sink()
        place = self.directory / "second"
        place.mkdir()
        second = Waybill(place, {"x.test": {"aliases": {"a": target}}},
                         tables={"server": {"data_dir": str(waybill.data)}})
        second.write_configuration()
        code, output = second.run("serve")
        self.assertEqual(3, code, output)
        self.assertIn(f"another waybill is using {waybill.data}", output)
        self.assertEqual(250, self.deliver(waybill, ["a@x.test"]).code)

    def test_a_port_that_is_taken_is_named(self):
        waybill, _, _ = self.start_with_sink()
        place = self.directory / "second"
        place.mkdir()
        second = Waybill(place, {}, tables={
            "server": {"listen": [f"127.0.0.1:{waybill.smtp_port}"]}})
        second.write_configuration()
        code, output = second.run("serve")
        self.assertEqual(3, code, output)
        self.assertIn(f"cannot listen on 127.0.0.1:{waybill.smtp_port}", output)

    def test_the_end_waits_for_mail_under_way_and_for_nothing_else(self):
        waybill, sink, _ = self.start_with_sink()
        with waybill.client() as idle, waybill.client() as busy:
            idle.hello()
            busy.hello()
            busy.mail("s@s.test")
            busy.rcpt("a@x.test")
            self.assertEqual(354, busy.command("DATA").code)
            waybill.signal(signal.SIGTERM)
            self.assertEqual(421, idle.read().code)
            busy.send(message() + b".\r\n")
            self.assertEqual(250, busy.read().code)
            try:
                self.assertEqual(421, busy.read().code)
            except Closed:
                pass
        self.assertEqual(0, waybill.wait())
        self.assertEqual(1, len(sink.mail()))
        waybill.start()
        self.assertEqual(["accepted", "forwarded"],
                         [fact.kind for fact in facts(waybill, "a@x.test")])

    def test_what_it_knew_it_knows_after_a_restart(self):
        waybill, _, _ = self.start_with_sink()
        for _ in range(3):
            self.deliver(waybill, ["a@x.test"])
        before = history(waybill, "a@x.test")
        self.assertEqual(0, waybill.stop())
        waybill.start()
        self.assertEqual(before, history(waybill, "a@x.test"))
        self.assertEqual(6, len(before))


class LimitsTest(ServiceCase):
    def test_a_full_journal_defers_all_mail_and_loses_nothing(self):
        tables = {"journal": {"max_size": "4 MiB"}, "limits": {"max_refusals_per_client": 1000000}}
        waybill, sink, _ = self.start_with_sink(tables, hole={"drop": True})
        # Events, not mail: recipients that a rule drops need no next hop.
        many = [f"hole+{i}@x.test" for i in range(100)]
        taken, reply = 0, None
        with waybill.client() as client:
            client.hello()
            for _ in range(500):
                reply = client.deliver("s@s.test", many, message())
                if reply.code != 250:
                    break
                taken += 1
            self.assertEqual((451, "4.3.1"), (reply.code, reply.enhanced))
            self.assertGreater(taken, 0)
            # What is left has room for a small event or two.
            for _ in range(1000):
                # In a session of its own: from the eleventh refusal on each would wait.
                with waybill.client() as refused:
                    refused.hello()
                    if refused.deliver("s@s.test", ["unknown@x.test"], message()).code == 451:
                        break
            for recipient in ("a@x.test", "unknown@x.test"):
                reply = client.deliver("s@s.test", [recipient], message())
                self.assertEqual((451, "4.3.1"), (reply.code, reply.enhanced))
        self.assertEqual([], sink.mail())
        self.assertEqual(0, waybill.stop())
        tables["journal"]["max_size"] = "1 GiB"
        waybill.start()
        for alias in (many[0], many[99]):
            self.assertEqual(["accepted", "dropped"] * taken,
                             [fact.kind for fact in facts(waybill, alias)])
        self.assertEqual(250, self.deliver(waybill, ["a@x.test"]).code)

    def test_one_session_too_many_is_turned_away_and_the_others_live(self):
        for limit, enhanced in (("max_sessions", "4.3.2"), ("max_sessions_per_client", "4.7.0")):
            with self.subTest(limit):
                waybill, _, _ = self.start_with_sink({"limits": {limit: 2}})
                with waybill.client() as first, waybill.client() as second:
                    with waybill.client() as third:
                        self.assertEqual((421, enhanced),
                                         (third.greeting.code, third.greeting.enhanced))
                        self.assertTrue(third.ended())
                    for client in (first, second):
                        client.hello()
                        reply = client.deliver("s@s.test", ["a@x.test"], message())
                        self.assertEqual(250, reply.code)
                    first.quit()

                    def admitted():
                        with waybill.client() as fourth:
                            return fourth.greeting.code == 220
                    wait_until(admitted, "a place is free again")


if __name__ == "__main__":
    unittest.main()
