// What needs attention, in words: one sentence for each cause, with what to do. Pure.

import { many, octets } from "./numbers";
import { type Sample, sum } from "./metrics";
import type { Readiness } from "./types";

export interface Finding {
  text: string;
  todo: string;
}

// Nearly full: mail is answered 451 once it is (docs/operating.md).
const fullFrom = 0.8;

export function findings(
  readiness: Readiness | undefined,
  samples: Sample[] | undefined,
): Finding[] {
  const out: Finding[] = [];
  const add = (text: string, todo: string) => out.push({ text, todo });
  if (readiness && !readiness.ready) {
    add(
      `This server is not ready: ${readiness.detail ?? "it does not say why"}`,
      "Its log says more.",
    );
  } else if (readiness?.detail) {
    add(readiness.detail, "It is ready all the same.");
  }
  if (!samples) return out;
  const of = (name: string, labels: Record<string, string> = {}) => sum(samples, name, labels);
  const failed = samples.filter(
    (s) => s.name === "waybill_projector_partition_failed" && s.value > 0,
  );
  if (failed.length > 0) {
    const parts = failed.map((s) => s.labels.partition).join(", ");
    add(
      `Part ${parts} of the log is not folded into the views: history stands still there.`,
      "It is tried again; the server's log says why.",
    );
  }
  const lag = of("waybill_projector_lag_events");
  if (lag !== undefined && Number.isNaN(lag)) {
    add("No broker says how far the log goes.", "Look at the brokers, and run waybill doctor.");
  }
  const gap = of("waybill_history_gap_timestamp_seconds") ?? 0;
  if (gap > 0) {
    add(
      `A part of history may be missing: it was found at ${new Date(gap * 1000).toISOString()}.`,
      "The file history.gaps in the data directory says what.",
    );
  }
  const size = of("waybill_journal_bytes");
  const limit = of("waybill_journal_limit_bytes");
  if (size !== undefined && limit && size > limit * fullFrom) {
    add(
      `The journal has ${octets(size)} of ${octets(limit)}: mail is answered 451 once it is full.`,
      "Raise journal.max_size, or let the views catch up.",
    );
  }
  const doubt = of("waybill_events_total", { verdict: "in_doubt" }) ?? 0;
  if (doubt > 0) {
    add(
      `${many(doubt, "hand-over")} in doubt since this process started: ` +
        "it is not known whether they arrived.",
      "Follow them live, or look at their senders.",
    );
  }
  const unrecorded = of("waybill_verdicts_unrecorded_total") ?? 0;
  if (unrecorded > 0) {
    add(
      `${many(unrecorded, "verdict")} became 451 because the log did not take them.`,
      "Look at the disk, or at the brokers.",
    );
  }
  const quarantined = of("waybill_quarantined_records_total") ?? 0;
  if (quarantined > 0) {
    add(`${many(quarantined, "record")} of the log could not be read.`, "Run waybill doctor.");
  }
  const unjudged = of("waybill_spam_unjudged_total") ?? 0;
  if (unjudged > 0) {
    add(`The spam filter gave no judgement on ${many(unjudged, "message")}.`, "Look at rspamd.");
  }
  return out;
}
