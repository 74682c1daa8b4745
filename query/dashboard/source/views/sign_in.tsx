// The ways in: a token, and the OpenID provider where the server names one. The page that led here
// stays in the address, and opens afterwards.

import { useEffect, useState } from "preact/hooks";
import { isToken, person, signIn, signInIsForChange, signInLater, signInNeeded } from "../api";
import { begin, Failed, providerName, type Way, wayIn } from "../oidc";
import { focusHeading } from "../parts";
import { dayAndTime } from "../time";

// What is over, or was never good; "": nothing was shown.
function refusal(): string {
  if (signInNeeded() !== "refused") return "";
  const who = person();
  if (!who) return "The server does not take that token: it may have expired or been revoked.";
  const provider = providerName(who.issuer);
  if (who.until !== undefined && who.until <= Date.now()) {
    return `Your sign-in at ${provider} ended at ${dayAndTime(who.until)}: sign in again.`;
  }
  return `The server does not take what ${provider} gave you: it may be meant for another server.`;
}

function AtProvider({ way }: { way: Way }) {
  const [wrong, setWrong] = useState("");
  const leave = () =>
    begin(way, location.hash).catch((why: unknown) =>
      setWrong(why instanceof Failed ? why.message : "The browser does not do that."),
    );
  return (
    <>
      <p>
        <button type="button" class="main" id="at-provider" onClick={leave}>
          Sign in at {providerName(way.issuer)}
        </button>
      </p>
      <p role="alert">{wrong}</p>
      <p>Or show a token:</p>
    </>
  );
}

export function SignIn() {
  const [wrong, setWrong] = useState("");
  const [way, setWay] = useState<Way>();
  useEffect(() => {
    // The page that led here is there all the time, and takes over again.
    const title = document.title;
    document.title = "Sign in · Waybill";
    const stop = new AbortController();
    document.getElementById("token")?.focus();
    void wayIn(stop.signal).then((found) => {
      if (!stop.signal.aborted) setWay(found);
    });
    return () => {
      stop.abort();
      document.title = title;
      setTimeout(focusHeading);
    };
  }, []);
  // The first way in has the focus, unless somebody types already.
  useEffect(() => {
    const field = document.getElementById("token") as HTMLInputElement | null;
    if (way && !field?.value) document.getElementById("at-provider")?.focus();
  }, [way]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = String(form.get("token") ?? "").trim();
    if (!isToken(text)) {
      setWrong("That is no token: it has letters, digits and . _ ~ + / = - alone.");
      return;
    }
    signIn(text);
  };
  const refused = refusal();
  return (
    <>
      <h1 tabIndex={-1}>Sign in</h1>
      {signInIsForChange() ? (
        <p>
          Whoever changes something from a browser shows a token, on the server's own machine too.
          The page comes back afterwards, with nothing changed yet.
        </p>
      ) : (
        <p>
          This server answers those who {way ? "are signed in" : "show a token"}. The page that you
          asked for opens afterwards.
        </p>
      )}
      {way && <AtProvider way={way} />}
      <form class="sign-in" onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="off"
          required
          spellcheck={false}
          placeholder="wbp_…"
          aria-describedby="token-help token-wrong"
          aria-invalid={refused || wrong ? "true" : undefined}
        />
        <button type="submit" class={way ? "" : "main"}>
          Sign in
        </button>
        {signInIsForChange() && (
          <button type="button" onClick={signInLater}>
            Not now
          </button>
        )}
        <p id="token-wrong" role="alert">
          {wrong || refused}
        </p>
        <p id="token-help">
          It is kept until this tab is closed, and nowhere else. What you look at here goes on
          record under its name.
        </p>
      </form>
    </>
  );
}
