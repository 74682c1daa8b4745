// A message as a tree: recipients → their targets → outcome → report → the way home. Pure.

import type { Event, Tree } from "./types";

export interface Leaf {
  id: string | undefined;
  target: string | undefined;
  // The last of accepted, forwarded, rejected, deferred, dropped, in_doubt; then what came back.
  outcome: Event | undefined;
  reports: Event[];
  home: Event[];
}

export interface Branch {
  alias: string;
  accepted: Event | undefined;
  leaves: Leaf[];
}

const outcomes = ["forwarded", "rejected", "deferred", "dropped", "in_doubt"] as const;

function targetOf(event: Event): string | undefined {
  for (const kind of [...outcomes, "bounced"] as const) {
    const target = event[kind]?.target;
    if (target) return target;
  }
  return undefined;
}

function leafOf(branch: Branch, id: string | undefined, target: string | undefined): Leaf {
  let leaf = branch.leaves.find((one) => one.id === id);
  if (!leaf) {
    leaf = { id, target, outcome: undefined, reports: [], home: [] };
    branch.leaves.push(leaf);
  }
  leaf.target ??= target;
  return leaf;
}

// The events of a tree as the server tells it, each once.
export function eventsOf(tree: Tree): Event[] {
  const events = tree.recipients.flatMap((recipient) => [
    ...recipient.events,
    ...recipient.deliveries.flatMap((delivery) => [
      ...delivery.events,
      ...delivery.reports.flatMap((report) => [...report.bounced, ...report.way_home]),
    ]),
  ]);
  return [...tree.events, ...events];
}

export function treeOf(events: Event[]): Branch[] {
  const branches = new Map<string, Branch>();
  for (const event of events) {
    const alias = event.alias ?? "";
    let branch = branches.get(alias);
    if (!branch) branches.set(alias, (branch = { alias, accepted: undefined, leaves: [] }));
    if (event.accepted) {
      if (!event.reported_delivery_id) branch.accepted = event;
      for (const chosen of event.accepted.targets ?? []) {
        if (!event.reported_delivery_id) leafOf(branch, chosen.delivery_id, chosen.target);
      }
      continue;
    }
    const leaf = leafOf(branch, event.reported_delivery_id ?? event.delivery_id, targetOf(event));
    if (event.reported_delivery_id) leaf.home.push(event);
    else if (event.bounced) leaf.reports.push(event);
    else if (outcomes.some((kind) => event[kind])) leaf.outcome = event;
  }
  return [...branches.values()];
}

// How the message went: of so many targets, what became of each.
export function summary(branches: Branch[]): {
  recipients: number;
  targets: number;
  taken: number;
  refused: number;
  back: number;
} {
  const leaves = branches.flatMap((branch) => branch.leaves);
  const came = (leaf: Leaf) =>
    leaf.reports.some((event) =>
      ["hard", "soft", "unrecognised"].includes(event.bounced?.class ?? ""),
    );
  return {
    recipients: branches.length,
    targets: leaves.filter((leaf) => leaf.target).length,
    taken: leaves.filter((leaf) => leaf.outcome?.forwarded && !came(leaf)).length,
    refused: leaves.filter((leaf) => leaf.outcome?.rejected).length,
    back: leaves.filter(came).length,
  };
}
