// Hours as instants: a day of a zone may have 23 or 25 of them. Pure.

const hour = 3600;

// Every hour from `from` to `to`, those in which nothing happened too: seconds since 1970.
export function hoursBetween(from: number, to: number): number[] {
  const out: number[] = [];
  for (let at = from; at < to; at += hour) out.push(at);
  return out;
}
