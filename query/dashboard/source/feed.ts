// The feed as it comes: NDJSON over fetch, so that a token can go with the question. It goes on by
// the last cursor after whatever broke, tells nothing twice, and says how it stands.

import { fetchAnswer, isProblem, path, type Problem } from "./api";
import type { FeedLine } from "./types";

export interface FeedState {
  // "ended": it does not go on by itself.
  is: "connecting" | "following" | "waiting" | "ended";
  problem?: Problem;
  // Until the next try, in seconds.
  seconds?: number;
}

export interface FeedTaker {
  line(line: FeedLine): void;
  state(state: FeedState): void;
}

// The server says something every 15 s; who hears nothing for a minute has lost the connection.
const silence = 60_000;
const shortest = 1;
const longest = 30;
// Events that are remembered to be told once: more than stand between a cursor and a crash.
const remembered = 5000;
// A line is an event, which has a bound of its own; what is longer is no feed.
const longestLine = 16 << 20;

// These come again however often one asks.
const final = new Set([400, 401, 403, 404, 405, 409, 410, 501]);

export class Feed {
  private stopped = false;
  private controller = new AbortController();
  private cursor: string;
  private seen = new Set<string>();

  constructor(
    private filter: Record<string, string | undefined>,
    after: string,
    private taker: FeedTaker,
  ) {
    this.cursor = after;
    void this.run();
  }

  stop() {
    this.stopped = true;
    this.controller.abort();
  }

  private async run() {
    for (let wait = shortest; !this.stopped; wait = Math.min(wait * 2, longest)) {
      this.taker.state({ is: "connecting" });
      let problem: Problem | undefined;
      try {
        if (await this.follow()) wait = shortest / 2;
      } catch (wrong) {
        problem = isProblem(wrong) ? wrong : { status: 0, code: "no_answer", detail: "" };
      }
      if (this.stopped) return;
      if (problem && final.has(problem.status)) {
        this.taker.state({ is: "ended", problem });
        return;
      }
      const seconds = problem?.retryAfter ?? Math.max(wait, shortest);
      this.taker.state({ is: "waiting", seconds, ...(problem ? { problem } : {}) });
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }

  // True: it was a feed, whatever ended it.
  private async follow(): Promise<boolean> {
    this.controller = new AbortController();
    let timer = 0;
    const awake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.controller.abort(), silence) as unknown as number;
    };
    let told = false;
    try {
      awake();
      const target = path(["v1", "feed"], { ...this.filter, after: this.cursor });
      const response = await fetchAnswer(target, this.controller.signal);
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      this.taker.state({ is: "following" });
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return told;
        awake();
        const lines = (rest + value).split("\n");
        rest = lines.pop()!;
        if (rest.length > longestLine) throw new Error("a line without an end");
        for (const line of lines) {
          if (line) this.take(JSON.parse(line) as FeedLine);
          told = true;
        }
      }
    } catch (wrong) {
      if (told && !isProblem(wrong)) return true;
      throw wrong;
    } finally {
      clearTimeout(timer);
    }
  }

  private take(line: FeedLine) {
    if (this.stopped) return;
    const id = line.event?.event_id;
    const again = id !== undefined && this.seen.has(id);
    if (id !== undefined && !again) {
      this.seen.add(id);
      if (this.seen.size > remembered) this.seen.delete(this.seen.values().next().value!);
    }
    if (!again) this.taker.line(line);
    this.cursor = line.cursor;
  }
}
