// Asks again by itself while something is under way, ever more seldom: each question is on record.

import { useEffect, useRef } from "preact/hooks";
import { signInNeeded } from "./api";

const soonest = 1000;
const seldom = 10_000;

// `turn`: another one begins with the soonest again.
export function usePolling(under: boolean, turn: number, again: () => void) {
  const wait = useRef(soonest);
  useEffect(() => {
    wait.current = soonest;
  }, [turn]);
  useEffect(() => {
    if (!under) return;
    let timer: ReturnType<typeof setTimeout>;
    const next = () => {
      timer = setTimeout(() => {
        if (!document.hidden && signInNeeded() === "no") again();
        wait.current = Math.min(seldom, wait.current * 1.5);
        next();
      }, wait.current);
    };
    next();
    return () => clearTimeout(timer);
  }, [under, turn, again]);
}
