// Text of strangers. It is never markup: it becomes text nodes alone, each in a <bdi> of its own so
// that it turns nothing around it, and what is invisible in it is shown as a mark.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

// What makes one picture of two is seen.
const joiner = "(?<=\\p{Extended_Pictographic}\uFE0F?)\u200D(?=\\p{Extended_Pictographic})";
// Controls, what turns the direction of text, what has no width, and halves of characters.
const unseen = new RegExp(
  // Classes of Unicode: controls, what only formats, separators of lines, what is private, what is
  // to be shown as nothing; but not what chooses between a letter and a picture.
  `(?!${joiner}|[\uFE0E\uFE0F])[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{DI}\\p{Cs}]`,
  "gu",
);

const names: Record<number, string> = {
  0x09: "tab",
  0x0a: "line break",
  0x0d: "carriage return",
  0x200b: "zero-width space",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding",
  0x202c: "end of direction",
  0x202d: "left-to-right override",
  0x202e: "right-to-left override",
  0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate",
  0x2068: "isolate",
  0x2069: "end of isolate",
  0xfeff: "byte order mark",
};

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

function Mark({ character }: { character: string }) {
  const name = names[character.codePointAt(0)!];
  const code = codePoint(character);
  return <span class="mark">{name ? `${code} ${name}` : code}</span>;
}

function marked(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(unseen)) {
    if (match.index > from) out.push(text.slice(from, match.index));
    out.push(<Mark character={match[0]} />);
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push(text.slice(from));
  return out;
}

export function isVisible(character: string): boolean {
  return escaped(character) === character && character !== "\n";
}

// For copies and raw events: one text for each value, whatever shows it.
export function escaped(text: string): string {
  return text.replace(unseen, (character) =>
    character === "\n"
      ? character
      : [...Array(character.length).keys()]
          .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
          .join(""),
  );
}

// A cut never falls into a character.
function cut(text: string, length: number): string {
  const end = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return text.slice(0, end);
}

// `most`: what is longer is cut, and says so; with `opens` it can be shown whole. `ltr`: what is
// read from left to right whatever letters are in it.
export function Foreign({
  text,
  most = 160,
  opens = false,
  ltr = false,
}: {
  text: string;
  most?: number;
  opens?: boolean;
  ltr?: boolean;
}) {
  const dir = ltr ? "ltr" : "auto";
  const [open, setOpen] = useState(false);
  if (open || text.length <= most) {
    return (
      <bdi class="foreign" dir={dir}>
        {marked(text)}
      </bdi>
    );
  }
  const length = `${text.length.toLocaleString("en-GB")} characters`;
  return (
    <>
      <bdi class="foreign" dir={dir}>
        {marked(cut(text, most))}
      </bdi>
      {opens ? (
        <button type="button" class="more" onClick={() => setOpen(true)}>
          … all {length}
        </button>
      ) : (
        <span class="cut"> … ({length})</span>
      )}
    </>
  );
}

// A mailbox: its domain stands at the right, whatever is in front. The null sender has a name.
export function Mailbox({
  address,
  most,
  opens,
}: {
  address: string;
  most?: number;
  opens?: boolean;
}) {
  if (address === "") return <span class="null-sender">{"<>"}</span>;
  return <Foreign text={address} most={most ?? 80} opens={opens ?? false} ltr />;
}

// Somebody's own words, once, as a quotation.
export function Words({ text, opens = false }: { text: string; opens?: boolean }) {
  return (
    <q class="words">
      <Foreign text={text} most={opens ? 600 : 160} opens={opens} />
    </q>
  );
}
