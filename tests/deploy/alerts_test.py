"""Alerts and dashboard: what they ask for exists, what they say can be looked up, and each alert
was seen to fire and to keep quiet."""

import json
import re
import unittest

from deploy_files import DOCKER, ROOT, need_yaml, run, sources, yaml
from support.servers import find_server, needs_servers

need_yaml()

RULES = DOCKER / "prometheus/rules.yml"
RULES_TEST = DOCKER / "prometheus/rules_test.yml"
DASHBOARD = DOCKER / "grafana/dashboards/waybill.json"


def metrics_of_source():
    """Name to kind, as the program registers them."""
    found = {}
    for path in sources():
        for kind, name in re.findall(r"\b(counter|gauge|histogram)\(\s*\"(waybill_\w+)\"",
                                     path.read_text()):
            found[name] = kind
    return found


def metrics_in(expression):
    return set(re.findall(r"\bwaybill_\w+", expression))


def alerts():
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_expressions():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def anchors(text):
    """As GitHub and others make them of headings."""
    out = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        out.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return out


def help_of_source():
    """Name to kind and help, of every metric."""
    found = {}
    call = r'\b(counter|gauge|histogram)\(\s*"((?:waybill|process)_\w+)",\s*((?:"[^"]*"\s*)+)'
    for path in sources():
        for kind, name, text in re.findall(call, path.read_text()):
            found[name] = (kind, "".join(re.findall(r'"([^"]*)"', text)))
    return found


class MetricsTest(unittest.TestCase):
    def test_the_page_has_a_row_for_each_and_no_other(self):
        page = (ROOT / "docs/metrics.md").read_text()
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| .* \| (.*) \|$", page, re.MULTILINE)
        self.assertEqual(help_of_source(), {name: (kind, text) for name, kind, text in rows})

    def hold(self, expressions):
        there = metrics_of_source()
        self.assertGreater(len(there), 15)
        for expression in expressions:
            self.assertTrue(metrics_in(expression) or "up{" in expression, expression)
            for name in metrics_in(expression):
                plain = re.sub(r"_(bucket|count|sum)$", "", name)
                if plain != name:
                    self.assertEqual("histogram", there.get(plain), name)
                else:
                    self.assertIn(name, there)

    def test_rules_ask_for_metrics_that_the_program_has(self):
        self.hold(rule["expr"] for rule in alerts())

    def test_the_dashboard_asks_for_metrics_that_the_program_has(self):
        self.hold(dashboard_expressions())

    def test_the_dashboard_leaves_no_metric_out(self):
        shown = set().union(*map(metrics_in, dashboard_expressions()))
        shown = {re.sub(r"_bucket$", "", name) for name in shown}
        self.assertEqual(set(), set(metrics_of_source()) - shown)

    def test_counters_are_asked_for_as_rates_or_increases(self):
        there = metrics_of_source()
        for expression in [rule["expr"] for rule in alerts()]:
            for name in metrics_in(expression):
                if there.get(name) == "counter":
                    self.assertRegex(expression, rf"(rate|increase)\({name}\b")


class AlertsTest(unittest.TestCase):
    def test_each_says_whom_it_wakes_and_where_to_read_on(self):
        there = anchors((ROOT / "docs/operating.md").read_text())
        for rule in alerts():
            with self.subTest(rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
                self.assertTrue(rule["annotations"]["summary"])
                page, anchor = rule["annotations"]["runbook"].split("#")
                self.assertEqual("docs/operating.md", page)
                self.assertIn(anchor, there)

    def test_each_is_seen_to_fire_and_to_keep_quiet(self):
        fired, quiet = set(), set()
        for case in yaml.safe_load(RULES_TEST.read_text())["tests"]:
            for one in case["alert_rule_test"]:
                (fired if one["exp_alerts"] else quiet).add(one["alertname"])
        names = {rule["alert"] for rule in alerts()}
        self.assertEqual(names, fired)
        self.assertEqual(names, quiet)

    @needs_servers("promtool")
    def test_prometheus_reads_rules_and_configuration(self):
        for command in (("check", "rules", RULES),
                        ("check", "config", DOCKER / "prometheus/prometheus.yml"),
                        ("test", "rules", RULES_TEST)):
            code, said = run(find_server("promtool"), *command)
            self.assertEqual(0, code, said)


class DashboardTest(unittest.TestCase):
    def setUp(self):
        self.panels = json.loads(DASHBOARD.read_text())["panels"]

    def test_panels_lie_beside_each_other(self):
        taken = set()
        for panel in self.panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(taken & cells, panel["title"])
            taken |= cells

    def test_panels_ask_the_data_source_that_is_provisioned(self):
        file = DOCKER / "grafana/provisioning/datasources/prometheus.yaml"
        uids = {one["uid"] for one in yaml.safe_load(file.read_text())["datasources"]}
        for panel in self.panels:
            self.assertIn(panel["datasource"]["uid"], uids)
        ids = [panel["id"] for panel in self.panels]
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    unittest.main()
