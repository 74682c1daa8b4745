import assert from "node:assert/strict";
import test from "node:test";
import { findings } from "./attention";
import { readMetrics, sum } from "./metrics";

const text = `# HELP waybill_events_total Events recorded, by verdict
# TYPE waybill_events_total counter
waybill_events_total{verdict="bounced"} 6
waybill_events_total{verdict="in_doubt"} 0
waybill_projector_lag_events{partition="0"} 2
waybill_projector_lag_events{partition="1"} 3
waybill_odd{a="x\\"y\\\\z\\n",b="}"} 1.5 1700000000000
waybill_seconds_bucket{le="+Inf"} 4
waybill_history_gap_timestamp_seconds 0
not a line
`;

test("numbers are read with their labels", () => {
  const samples = readMetrics(text);
  assert.equal(samples.length, 7);
  assert.equal(sum(samples, "waybill_projector_lag_events"), 5);
  assert.equal(sum(samples, "waybill_events_total", { verdict: "bounced" }), 6);
  assert.equal(sum(samples, "waybill_absent"), undefined);
  assert.deepEqual(samples.find((s) => s.name === "waybill_odd")!.labels, {
    a: 'x"y\\z\n',
    b: "}",
  });
});

test("what is well is no finding", () => {
  assert.deepEqual(findings({ ready: true, lag: 0 }, readMetrics(text)), []);
});

test("each cause is one sentence", () => {
  const ill = readMetrics(`waybill_events_total{verdict="in_doubt"} 3
waybill_projector_partition_failed{partition="2"} 1
waybill_projector_partition_failed{partition="3"} 1
waybill_projector_lag_events{partition="2"} NaN
waybill_journal_bytes 9
waybill_journal_limit_bytes 10
waybill_history_gap_timestamp_seconds 1790000000
waybill_verdicts_unrecorded_total 1`);
  const found = findings({ ready: false, detail: "views are made anew" }, ill).map(
    (one) => one.text,
  );
  assert.equal(found.length, 7);
  assert.match(found[0]!, /not ready: views are made anew/);
  assert.match(found[1]!, /Part 2, 3 of the log/);
  assert.match(found[6]!, /1 verdict became 451/);
});
