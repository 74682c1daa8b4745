// A file of the API in the reader's hands: fetched with the token in its field, so that no address
// has it, and given to the browser as a file. What breaks off goes on where it broke.

import { fetchAnswer, isProblem, type Problem } from "./api";

// Beyond that a page is the wrong place: a program writes to the disk as it reads.
export const mostInPage = 256 * 1024 ** 2;
// Octets that are put together, so that the browser may keep them elsewhere than in memory.
const piece = 8 * 1024 ** 2;
const tries = 5;

const broke: Problem = {
  status: 0,
  code: "broke_off",
  detail: "The file broke off several times, and nothing of it was kept: try again.",
};

// Reads what is there of it; says how many octets came.
async function read(response: Response, into: (octets: Uint8Array<ArrayBuffer>) => void) {
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    into(value);
  }
}

export async function fetchFile(
  path: string,
  size: number,
  signal: AbortSignal,
  progress: (octets: number) => void,
): Promise<Blob> {
  const parts: Blob[] = [];
  let loose: Uint8Array<ArrayBuffer>[] = [];
  let looseOctets = 0;
  let came = 0;
  let etag = "";
  const bind = () => {
    parts.push(new Blob(loose));
    loose = [];
    looseOctets = 0;
  };
  const begin = () => {
    parts.length = 0;
    loose = [];
    looseOctets = 0;
    came = 0;
  };
  for (let n = 1; ; ++n) {
    const rest = came > 0 && etag !== "";
    if (!rest) begin();
    const headers: Record<string, string> = rest
      ? { Range: `bytes=${came}-`, "If-Range": etag }
      : {};
    try {
      const response = await fetchAnswer(path, signal, { headers });
      // It is another file by now, and comes whole.
      if (rest && response.status !== 206) begin();
      etag = response.headers.get("ETag") ?? "";
      await read(response, (octets) => {
        loose.push(octets);
        looseOctets += octets.length;
        came += octets.length;
        if (looseOctets >= piece) bind();
        progress(came);
      });
      if (came === size) break;
    } catch (wrong) {
      if (signal.aborted) throw wrong;
      // An answer in words; that none came may pass.
      if (isProblem(wrong) && wrong.status !== 0) throw wrong;
    }
    if (n === tries) throw broke;
    await new Promise((resolve) => setTimeout(resolve, 500 * n));
  }
  bind();
  return new Blob(parts, { type: "application/octet-stream" });
}

export function giveFile(blob: Blob, name: string) {
  const place = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = place;
  link.download = name;
  link.click();
  // A browser that asks where to put it still reads from there.
  setTimeout(() => URL.revokeObjectURL(place), 60_000);
}

// The same by a program, as text to copy. What is in it is of this server alone; what a shell would
// read as its own is refused.
export function command(origin: string, path: string, name: string, withToken: boolean): string {
  if (![origin, path, name].every((text) => /^[\w.:/[\]-]+$/.test(text))) return "";
  const shows = withToken ? ` -H "Authorization: Bearer $(cat token)"` : "";
  return `curl -f -C - -o ${name}${shows} '${origin}${path}'`;
}

// How the digest is found again (docs/api.md).
export function digestCommand(name: string, packing: string): string {
  if (!/^[\w.-]+$/.test(name)) return "";
  const unpack = { gzip: "gzip -dc", zstd: "zstd -dc" }[packing] ?? "cat";
  return `${unpack} ${name} | head -n -1 | sha256sum`;
}
