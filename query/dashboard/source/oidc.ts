// Signing in at an OpenID provider as a public client: authorization code (RFC 6749 4.1) with PKCE
// by S256 (RFC 7636), `state` against answers that nobody asked for, `nonce` against tokens of
// another sign-in (OpenID Connect Core 1.0 3.1, RFC 9700 2.1.1). What a sign-in under way has in
// its hands is kept for this tab alone.

import { type Person, signIn } from "./api";

// What /v1/sign-in says. Without endpoints the provider has not told the server of them yet.
export interface Way {
  issuer: string;
  client_id: string;
  scope: string;
  token: "access_token" | "id_token";
  authorization_endpoint?: string;
  token_endpoint?: string;
  // RFC 9207 3: each of its answers names it.
  authorization_response_iss_parameter_supported?: boolean;
}

// How people know it.
export function providerName(issuer: string): string {
  try {
    return new URL(issuer).host;
  } catch {
    return issuer;
  }
}

// A sign-in under way.
export interface Pending {
  issuer: string;
  // Its answers name it, so that one without a name is not its own.
  isNamed: boolean;
  state: string;
  nonce: string;
  verifier: string;
  // The fragment of the view that was asked for, with its "#"; "": the first view.
  back: string;
}

// Where the provider sends people back to.
export const returnPath = "/signed-in";

const pendingName = "waybill.sign_in";
// Milliseconds, for the exchange of a code.
const patience = 15_000;

export function base64url(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

// 256 bits: 43 characters, which RFC 7636 4.1 asks for at least.
export function secret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

// RFC 7636 4.2.
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

export function authorizationAddress(
  way: Way,
  pending: Pending,
  challenge: string,
  origin: string,
): string {
  const address = new URL(way.authorization_endpoint!);
  const parameters = {
    response_type: "code",
    client_id: way.client_id,
    redirect_uri: origin + returnPath,
    scope: way.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
}

// What is asked for of everybody: nothing is shown for it. undefined: there is no such way, or the
// server does not say now.
export async function wayIn(signal?: AbortSignal): Promise<Way | undefined> {
  try {
    const response = await fetch("/v1/sign-in", { cache: "no-store", ...(signal && { signal }) });
    return response.ok ? ((await response.json()) as { oidc?: Way }).oidc : undefined;
  } catch {
    return undefined;
  }
}

// The browser leaves for the provider. Throws Failed.
export async function begin(way: Way, back: string) {
  if (!globalThis.crypto?.subtle) {
    throw new Failed("That needs a connection by TLS: over a plain one a browser has no means.");
  }
  if (!way.authorization_endpoint) {
    throw new Failed("The provider has not told this server yet where it is asked: wait a moment.");
  }
  const pending: Pending = {
    issuer: way.issuer,
    isNamed: way.authorization_response_iss_parameter_supported === true,
    state: secret(),
    nonce: secret(),
    verifier: secret(),
    back,
  };
  try {
    sessionStorage.setItem(pendingName, JSON.stringify(pending));
  } catch {
    throw new Failed("That needs the storage of the tab, which is switched off in this browser.");
  }
  const challenge = await challengeOf(pending.verifier);
  location.assign(authorizationAddress(way, pending, challenge, location.origin));
}

// Whatever the text is, the view that opens afterwards is one of these pages.
export function pendingOf(text: string): Pending {
  const out = JSON.parse(text) as Pending;
  return { ...out, back: out.back.startsWith("#") ? out.back : "" };
}

// It counts once.
export function takePending(): Pending | undefined {
  try {
    const text = sessionStorage.getItem(pendingName);
    sessionStorage.removeItem(pendingName);
    return text ? pendingOf(text) : undefined;
  } catch {
    return undefined;
  }
}

// What went wrong, in words; `said`: the provider's own.
export class Failed extends Error {
  constructor(
    message: string,
    readonly said = "",
  ) {
    super(message);
  }
}

const errors: Record<string, string> = {
  access_denied: "The provider did not let you in.",
  login_required: "The provider wants you to sign in there first.",
  interaction_required: "The provider wants you to do something there first.",
  invalid_scope: "The provider does not know a scope that this server's operator asks for.",
  unauthorized_client: "The provider does not let these pages sign anybody in this way.",
  temporarily_unavailable: "The provider has no room for this now.",
  server_error: "The provider is at fault.",
  invalid_grant:
    "The provider does not take this sign-in any more: too much time went by, or it was used.",
  invalid_client: "The provider does not know these pages under the name that they have here.",
};
function refusal(error: string, description: string | undefined): Failed {
  const words = errors[error] ?? "The provider did not sign you in.";
  return new Failed(words, [error, description].filter(Boolean).join(": "));
}

// The code in the parameters with which the provider sends somebody back. Throws Failed.
export function codeOf(parameters: URLSearchParams, pending: Pending | undefined): string {
  const state = parameters.get("state");
  if (!pending || !state || state !== pending.state) {
    throw new Failed(
      "This answer belongs to no sign-in that was begun in this tab: nothing was done with it.",
    );
  }
  // RFC 9207 2.4.
  const issuer = parameters.get("iss");
  if (issuer === null ? pending.isNamed : issuer !== pending.issuer) {
    const words = "This answer is from another provider: nothing was done with it.";
    throw new Failed(words, issuer ?? "");
  }
  const error = parameters.get("error");
  if (error) throw refusal(error, parameters.get("error_description") ?? undefined);
  const code = parameters.get("code");
  if (!code) throw new Failed("The provider's answer has no code in it.");
  return code;
}

type Claims = Record<string, unknown>;

function claimsOf(jwt: string): Claims | undefined {
  try {
    const text = atob(jwt.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"));
    const octets = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(octets));
    return typeof value === "object" && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(claims: Claims): string {
  for (const name of ["email", "preferred_username", "name", "sub"]) {
    const value = claims[name];
    if (typeof value === "string" && value) return value;
  }
  return "";
}

export interface Tokens {
  access_token?: unknown;
  id_token?: unknown;
}

// OpenID Connect Core 1.0 3.1.3.7. The ID token came from the provider itself, by TLS: a signature
// says no more (6.); the server looks at that of the token that is shown to it, and at its end,
// which needs a clock that is right. Throws Failed.
export function shownOf(tokens: Tokens, way: Way, pending: Pending): [string, Person] {
  const { id_token: idToken } = tokens;
  const claims = typeof idToken === "string" ? claimsOf(idToken) : undefined;
  if (!claims) throw new Failed("The provider gave no ID token.");
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const party = claims.azp ?? way.client_id;
  const isForPages = audience.includes(way.client_id) && party === way.client_id;
  if (claims.iss !== way.issuer || !isForPages) {
    throw new Failed("The provider's ID token is from or for somebody else.");
  }
  if (claims.nonce !== pending.nonce) {
    throw new Failed("The provider's ID token is of another sign-in: nothing was done with it.");
  }
  const shown = tokens[way.token];
  if (typeof shown !== "string" || !shown) throw new Failed(`The provider gave no ${way.token}.`);
  const exp = claimsOf(shown)?.exp;
  const until = typeof exp === "number" ? { until: exp * 1000 } : {};
  return [shown, { name: nameOf(claims), issuer: way.issuer, ...until }];
}

async function redeem(way: Way, code: string, pending: Pending): Promise<Tokens> {
  let response: Response;
  let body: unknown;
  const signal = AbortSignal.timeout(patience);
  try {
    response = await fetch(way.token_endpoint!, {
      method: "POST",
      // RFC 6749 4.1.3.
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code,
        redirect_uri: location.origin + returnPath,
        client_id: way.client_id,
        code_verifier: pending.verifier,
      }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal,
    });
    body = await response.json().catch(() => undefined);
    signal.throwIfAborted();
  } catch {
    // A browser does not say which of the two it is.
    throw new Failed(
      signal.aborted
        ? `The provider did not answer this page within ${patience / 1000} seconds.`
        : "The provider does not answer this page. It may be away, or its settings for this " +
          `client do not allow questions from ${location.origin} (CORS).`,
    );
  }
  const answer = typeof body === "object" && body !== null ? (body as Claims) : {};
  if (response.ok) return answer;
  const said = (name: string) => (typeof answer[name] === "string" ? answer[name] : undefined);
  throw refusal(said("error") ?? `${response.status}`, said("error_description"));
}

// Signs in with what the provider sent somebody back with. Throws Failed.
export async function finish(parameters: URLSearchParams, pending: Pending | undefined) {
  const code = codeOf(parameters, pending);
  const way = await wayIn();
  if (!way?.token_endpoint || way.issuer !== pending!.issuer) {
    throw new Failed("This server cannot say now where the provider is asked. Try again.");
  }
  const [token, person] = shownOf(await redeem(way, code, pending!), way, pending!);
  signIn(token, person);
}
