// Addresses of views, in the fragment: "#/alias/sales%40example.org?kind=bounced". A fragment is
// sent to no server and stands in no Referer. "+" is a plus, as in the API.

export interface Address {
  view: string;
  subject: string;
  parameters: Map<string, string>;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // what somebody typed by hand
  }
}

export function readAddress(fragment: string): Address {
  const text = fragment.replace(/^#?\/?/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const slash = path.indexOf("/");
  const parameters = new Map<string, string>();
  for (const pair of mark < 0 ? [] : text.slice(mark + 1).split("&")) {
    const equals = pair.indexOf("=");
    if (equals > 0) parameters.set(decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1)));
  }
  return {
    view: decoded(slash < 0 ? path : path.slice(0, slash)) || "overview",
    subject: slash < 0 ? "" : decoded(path.slice(slash + 1)),
    parameters,
  };
}

// What is readable in a fragment stays readable (RFC 3986 3.5).
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%3A/g, ":").replace(/%2C/g, ",");
}

export type Parameters = Record<string, string | undefined>;

// The times' zone is a matter of every address.
const lasting = "utc";
let lastingValue: string | undefined;
export function keep(address: Address) {
  lastingValue = address.parameters.get(lasting);
}

export function link(view: string, subject = "", parameters: Parameters = {}): string {
  const all = { ...parameters, [lasting]: lastingValue };
  const query = Object.entries(all)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encoded(value!)}`)
    .join("&");
  return `#/${view}${subject && `/${encoded(subject)}`}${query && `?${query}`}`;
}

// The same view with other parameters; undefined takes one away.
export function changed(address: Address, parameters: Parameters): string {
  return link(address.view, address.subject, {
    ...Object.fromEntries(address.parameters),
    ...parameters,
  });
}

export function toggledUtc(address: Address): string {
  const was = lastingValue;
  lastingValue = was ? undefined : "1";
  const out = changed(address, {});
  lastingValue = was;
  return out;
}

export function go(to: string) {
  location.hash = to;
}
// Back leads to what was before this address.
export function goInstead(to: string) {
  location.replace(to);
}
// The address says what a form has, while somebody fills it in: nothing is opened by that.
export const kept = "waybill-address";
export function keepInAddress(to: string) {
  history.replaceState(null, "", to);
  dispatchEvent(new Event(kept));
}
