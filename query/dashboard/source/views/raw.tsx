// Events as they are in the log: JSON, in which every control and every turn of direction is an
// escape, so that one value has one text.

import { useState } from "preact/hooks";
import { Copy } from "../parts";
import { escaped } from "../text";
import type { Event } from "../types";

export function Raw({ events }: { events: Event[] }) {
  // Nothing is written out before somebody looks.
  const [open, setOpen] = useState(false);
  const text = (event: Event) => escaped(JSON.stringify(event, null, 2));
  return (
    <details class="raw" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Raw events ({events.length})</summary>
      {open && (
        <p>
          <Copy text={() => events.map(text).join("\n") + "\n"}>Copy as JSON</Copy>
        </p>
      )}
      {open &&
        events.map((event, i) => (
          <pre key={i} tabIndex={0} aria-label={`event ${i + 1}: ${event.kind ?? ""}`}>
            {text(event)}
          </pre>
        ))}
    </details>
  );
}
