// One question of a page: asked when the page opens and whenever what is asked changes; the answer
// of a question that is not asked any more never shows.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { isProblem, onSignIn, signInNeeded, type Problem } from "./api";

export interface Answer<T> {
  value?: T;
  problem?: Problem;
  asking: boolean;
  again: () => void;
}

// `key`: the question; another one is another question. `asks` throws a Problem.
export function useAnswer<T>(key: string, asks: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{
    key: string;
    value?: T;
    problem?: Problem;
    asking: boolean;
  }>({ key, asking: true });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const asked = useRef(asks);
  asked.current = asks;
  useEffect(() => {
    const stop = new AbortController();
    // Of the same question, what is known stays until there is more.
    setState((old) => ({ ...(old.key === key ? old : {}), key, asking: true }));
    asked.current(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ key, value, asking: false });
      },
      (wrong) => {
        if (stop.signal.aborted) return;
        const problem: Problem = isProblem(wrong)
          ? wrong
          : { status: 0, code: "not_understood", detail: "The answer could not be read." };
        setState((old) => ({ ...(old.key === key ? old : {}), key, problem, asking: false }));
      },
    );
    return () => stop.abort();
  }, [key, turn]);
  // Once somebody has signed in, what was refused is asked again.
  useEffect(
    () =>
      onSignIn(() => {
        if (signInNeeded() === "no") again();
      }),
    [],
  );
  return { ...(state.key === key ? state : { asking: true }), again };
}

// Asks again by itself as long as `late` is so: an answer that is not whole becomes one.
export function useAgain(late: boolean, again: () => void, seconds = 5) {
  useEffect(() => {
    if (!late) return;
    const timer = setInterval(() => {
      if (!document.hidden && signInNeeded() === "no") again();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [late, again]);
}
