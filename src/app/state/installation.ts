// The site as an app: the offer to install it, and new versions of it. Neither happens by itself.
import { createSignal, type Accessor } from "solid-js";
import type { SettingsStore } from "./settings/stored.ts";

export interface Installation {
  /** The browser can install the site. */
  readonly installable: Accessor<boolean>;
  /** Whether to offer it unasked. */
  readonly offered: Accessor<boolean>;
  install(): Promise<void>;
  /** No offer any more, on this visit or a later one. */
  decline(): void;
  /** A new version is ready, and the user has not put it off. */
  readonly newVersion: Accessor<boolean>;
  /** @param apply reloads the page with it */
  onVersion(apply: () => void): void;
  /** Nothing while a run is in progress: it would end it. */
  reload(): void;
  later(): void;
}

export function createInstallation(context: {
  readonly settings: SettingsStore;
  readonly busy: Accessor<boolean>;
}): Installation {
  const [settings, setSettings] = context.settings;
  const [prompt, setPrompt] = createSignal<BeforeInstallPromptEvent | null>(null);
  const [apply, setApply] = createSignal<(() => void) | null>(null);

  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // the page's own offer takes the place of the browser's
    setPrompt(event);
  });
  window.addEventListener("appinstalled", () => setPrompt(null));

  return {
    installable: () => prompt() !== null,
    offered: () => prompt() !== null && settings.offerInstall,
    async install() {
      const event = prompt();
      setPrompt(null); // it can be used once; the browser sends another one where that makes sense
      await event?.prompt();
    },
    decline: () => setSettings("offerInstall", false),
    newVersion: () => apply() !== null && !context.busy(),
    onVersion: (reload) => setApply(() => reload),
    reload() {
      if (!context.busy()) apply()?.();
    },
    later: () => setApply(null),
  };
}
