// Where an OpenID provider sends people back to. What it says has left the address already; a code
// is exchanged for a token, and the view that was asked for opens. It is a page by itself, for it
// alone may ask the provider anything.

import { useEffect, useState } from "preact/hooks";
import { token } from "../api";
import { begin, Failed, finish, takePending, wayIn } from "../oidc";
import { focusHeading } from "../parts";
import { Words } from "../text";

function wordsOf(wrong: unknown): Failed {
  return wrong instanceof Failed ? wrong : new Failed("The provider's answer could not be read.");
}

export function SignedIn({ parameters }: { parameters: URLSearchParams }) {
  const [pending] = useState(takePending);
  const [failed, setFailed] = useState<Failed>();
  const back = pending?.back ?? "";
  useEffect(() => {
    document.title = "Signing in · Waybill";
    finish(parameters, pending).then(
      () => location.replace(`/${back}`),
      (wrong) => setFailed(wordsOf(wrong)),
    );
  }, []);
  useEffect(() => {
    if (failed) focusHeading();
  }, [failed]);
  // Whoever is signed in still is.
  const heading = token() ? "You were not signed in anew" : "You are not signed in";
  const again = async () => {
    try {
      const way = await wayIn();
      if (!way) throw new Failed("This server names no provider now.");
      await begin(way, back);
    } catch (wrong) {
      setFailed(wordsOf(wrong));
    }
  };
  return (
    <>
      <header>
        <a class="name" href="/">
          Waybill
        </a>
      </header>
      <main id="main">
        <h1 tabIndex={-1}>{failed ? heading : "Signing in"}</h1>
        {!failed && (
          <p class="asking" role="status">
            Asking the provider…
          </p>
        )}
        {failed && (
          <div class="trouble" role="alert">
            <p>
              {failed.message} {failed.said && <Words text={failed.said} />}
            </p>
            <p class="buttons">
              <button type="button" class="main" onClick={again}>
                Sign in again
              </button>
              <a class="button" href={`/${back}`}>
                Back to the page
              </a>
            </p>
          </div>
        )}
      </main>
    </>
  );
}
