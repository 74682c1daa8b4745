// The frame around every page: which view an address names, the way between views, and sign-in.

import { type ComponentType, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, keep, kept, link, readAddress, toggledUtc } from "./address";
import { onSignIn, person, signInNeeded, signOut, token } from "./api";
import { returnPath } from "./oidc";
import { Heading, pageMoved } from "./parts";
import { Foreign } from "./text";
import { showUtc, timeOfDay, zoneName } from "./time";
import { Access } from "./views/access";
import { Delivery } from "./views/delivery";
import { Events } from "./views/events";
import { Export } from "./views/export";
import { Live } from "./views/live";
import { Message, MessageId } from "./views/message";
import { Overview } from "./views/overview";
import { Search } from "./views/search";
import { SignIn } from "./views/sign_in";
import { SignedIn } from "./views/signed_in";
import { Timeline } from "./views/timeline";

const views: Record<string, ComponentType<{ address: Address }>> = {
  overview: Overview,
  search: Search,
  alias: Timeline,
  sender: Timeline,
  target: Timeline,
  client: Timeline,
  delivery: Delivery,
  message: Message,
  "message-id": MessageId,
  events: Events,
  live: Live,
  export: Export,
  access: Access,
};

const places = [
  ["overview", "Overview"],
  ["search", "Search"],
  ["live", "Live"],
  ["export", "Export"],
  ["access", "Access"],
] as const;

function NoSuchView({ address }: { address: Address }) {
  return (
    <>
      <Heading title="No such page" />
      <p>
        There is no page <Foreign text={address.view} most={60} />.{" "}
        <a href={link("overview")}>Overview</a>
      </p>
    </>
  );
}

// Whom a provider has signed in; of a token that was typed, nothing is known here.
function Who() {
  const who = person();
  if (!who) return null;
  return (
    <>
      <Foreign text={who.name} most={60} ltr />
      {who.until !== undefined && <> until {timeOfDay(who.until)}</>}{" "}
    </>
  );
}

function Head({ address }: { address: Address }) {
  return (
    <header>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("main h1")?.focus();
        }}
      >
        Skip to the page
      </a>
      <a class="name" href={link("overview")}>
        Waybill
      </a>
      <nav aria-label="Pages of Waybill">
        {places.map(([view, text]) => (
          <a href={link(view)} aria-current={address.view === view ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <p class="zone">
        {zoneName()}{" "}
        <a href={toggledUtc(address)}>
          {address.parameters.get("utc") ? "show local time" : "show UTC"}
        </a>
      </p>
      {token() && (
        <p class="zone">
          <Who />
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </p>
      )}
    </header>
  );
}

// Two addresses of one view of one subject keep what they hold; others begin anew.
function identity(address: Address): string {
  return JSON.stringify([address.view, address.subject]);
}

function App() {
  const [fragment, setFragment] = useState(location.hash);
  const [, signed] = useState(0);
  useEffect(() => {
    const moved = () => {
      setFragment(location.hash);
      scrollTo({ top: 0 });
    };
    const stayed = () => setFragment(location.hash);
    addEventListener("hashchange", moved);
    addEventListener(kept, stayed);
    const off = onSignIn(() => signed((n) => n + 1));
    return () => {
      removeEventListener("hashchange", moved);
      removeEventListener(kept, stayed);
      off();
    };
  }, []);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) pageMoved();
    first.current = false;
  }, [fragment]);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      const box = document.getElementById("box");
      if (box) box.focus();
      else location.hash = link("search");
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  const address = readAddress(fragment);
  keep(address);
  showUtc(address.parameters.get("utc") === "1");
  const View = Object.hasOwn(views, address.view) ? views[address.view]! : NoSuchView;
  const signIn = signInNeeded() !== "no";
  return (
    <>
      <Head address={address} />
      <main id="main">
        {signIn && <SignIn />}
        <div hidden={signIn}>
          <View key={identity(address)} address={address} />
        </div>
      </main>
    </>
  );
}

const place = document.getElementById("app")!;
if (location.pathname === returnPath) {
  const parameters = new URLSearchParams(location.search);
  // What the provider said stands in no history of the browser, and is copied by nobody.
  history.replaceState(null, "", returnPath);
  render(<SignedIn parameters={parameters} />, place);
} else {
  render(<App />, place);
}
