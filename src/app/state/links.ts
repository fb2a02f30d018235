// Addresses that carry settings: "#prompt=…". One that is opened fills the form, and so does going back or forward to it. Each run that is
// asked for has an entry of its own in the browser's history.
import { createEffect, on } from "solid-js";
import type { AskedEntry } from "./runs/asked-run.ts";
import type { Studio } from "./studio.ts";

/** What an entry of the browser's history has. */
interface Entry {
  /** Its link was taken over, and a reload keeps what was changed since. */
  readonly stylusLinkTaken?: true;
  /** The run that was asked for there: more than its link says, and with the names of the user's own files. */
  readonly stylusRun?: AskedEntry;
  /** The link that it had until something was changed. */
  readonly stylusLink?: string;
}

const entry = (): Entry => (history.state as Entry | null) ?? {};

/** A page inside another one has no entries of its own: they would be steps of the page around it. */
const isFramed = (): boolean => parent !== self;

/** Follows the address, and has it follow the runs; returns a function that stops that. In a root of Solid's. */
export function installLinks({
  useLink,
  useAsked,
  asked,
  linkOf,
  options,
}: Pick<Studio, "useLink" | "useAsked" | "asked" | "linkOf" | "options">): () => void {
  /** What was taken over from the link that the address has; null: it has none, or that of a run. */
  let opened: string | null = null;
  const written = (): string => JSON.stringify(options());

  const take = (): void => {
    const { hash } = location;
    opened = null;
    useLink(hash, () => {
      if (location.hash !== hash) return;
      history.replaceState({ ...entry(), stylusLinkTaken: true } satisfies Entry, "");
      opened = written();
    });
  };
  /** Browsers say so of a fragment that is entered or followed, too. */
  const onPopState = (): void => {
    const { stylusRun, stylusLink } = entry();
    if (stylusLink !== undefined) history.replaceState(null, "", stylusLink);
    if (!stylusRun) return take();
    opened = null;
    useAsked(stylusRun);
  };

  // What is changed is no longer what the address says.
  createEffect(
    on(
      options,
      () => {
        if (opened === null || opened === written()) return;
        opened = null;
        const state: Entry = { ...entry(), stylusLink: location.hash };
        history.replaceState(state, "", location.pathname + location.search);
      },
      { defer: true },
    ),
  );
  createEffect(
    on(
      asked,
      (run) => {
        if (!run) return;
        opened = null;
        const state: Entry = { stylusLinkTaken: true, stylusRun: run };
        const link = linkOf(run.options);
        if (link === location.hash || isFramed()) history.replaceState(state, "", link);
        else history.pushState(state, "", link);
      },
      { defer: true },
    ),
  );

  if (!entry().stylusLinkTaken) take();
  addEventListener("popstate", onPopState);
  return () => removeEventListener("popstate", onPopState);
}
