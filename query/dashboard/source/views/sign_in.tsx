// The way in by token. The page that led here stays in the address, and opens afterwards.

import { useEffect, useState } from "preact/hooks";
import { isToken, signIn, signInIsForChange, signInLater, signInNeeded } from "../api";
import { focusHeading } from "../parts";

export function SignIn() {
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    // The page that led here is there all the time, and takes over again.
    const title = document.title;
    document.title = "Sign in · Waybill";
    document.getElementById("token")?.focus();
    return () => {
      document.title = title;
      setTimeout(focusHeading);
    };
  }, []);
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
  const refused = signInNeeded() === "refused";
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
          This server answers those who show a token. The page that you asked for opens afterwards.
        </p>
      )}
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
        <button type="submit" class="main">
          Sign in
        </button>
        {signInIsForChange() && (
          <button type="button" onClick={signInLater}>
            Not now
          </button>
        )}
        <p id="token-wrong" role="alert">
          {wrong ||
            (refused &&
              "The server does not take that token: it may have expired or been revoked.")}
        </p>
        <p id="token-help">
          It is kept until this tab is closed, and nowhere else. What you look at here goes on
          record under its name.
        </p>
      </form>
    </>
  );
}
