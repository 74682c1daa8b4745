// Prometheus' text format 0.0.4, as far as /metrics of this server uses it. Pure.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

export function readMetrics(text: string): Sample[] {
  const out: Sample[] = [];
  for (const one of text.split("\n")) {
    const match = one.startsWith("#") ? null : line.exec(one);
    if (!match) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(label)) {
      labels[name!] = value!.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
    }
    const value = match[3] === "+Inf" ? Infinity : Number(match[3]);
    out.push({ name: match[1]!, labels, value });
  }
  return out;
}

// The sum over all labels that fit; undefined: there is no such number here.
export function sum(
  samples: Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return found.length === 0 ? undefined : found.reduce((all, sample) => all + sample.value, 0);
}
