// Numbers as people read them, and never rounded into a promise.

const separated = new Intl.NumberFormat("en-GB");

// Exact up to 99,999, then "124 k"; the exact one is for a title.
export function count(n: number): string {
  return n < 100_000 ? separated.format(n) : `${separated.format(Math.floor(n / 1000))} k`;
}
export function exact(n: number): string {
  return separated.format(n);
}

export function octets(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(1)} KiB`;
  if (n < 1024 ** 3) return `${(n / 1024 ** 2).toFixed(1)} MiB`;
  return `${(n / 1024 ** 3).toFixed(1)} GiB`;
}

export function many(n: number, one: string, more = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : more}`;
}

// What share a part of a whole is; undefined where these are too few to say so. It is never rounded
// up: 100 % is all of it.
const fewest = 20;
export function share(part: number, whole: number): string | undefined {
  if (whole < fewest) return undefined;
  return `${Math.floor((part / whole) * 100)} %`;
}
