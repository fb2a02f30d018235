// The page: prompt on top, images and the choice below, the gallery last.
import { createEffect, createSignal, on, For, onCleanup, Show, type JSX } from "solid-js";
import { installKeys } from "../app/state/commands.ts";
import { installLinks } from "../app/state/links.ts";
import { pickOfDrop, pickOfInput } from "../app/packs/disk-files.ts";
import { languageOf } from "../app/state/settings/settings.ts";
import type { Studio } from "../app/state/studio.ts";
import { Abilities } from "./run/Abilities.tsx";
import { AdapterDialog } from "./adapters/AdapterDialog.tsx";
import { AdapterDialogContext } from "./adapters/adapter-dialog-context.ts";
import styles from "./App.module.css";
import { Collection } from "./run/Collection.tsx";
import { Choice } from "./run/Choice.tsx";
import { ControlBar } from "./prompt/ControlBar.tsx";
import { ErrorNote } from "./controls/ErrorNote.tsx";
import { Gallery } from "./run/Gallery.tsx";
import { Header } from "./Header.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { IntakeDialog } from "./adapters/IntakeDialog.tsx";
import { LibraryDialog } from "./adapters/LibraryDialog.tsx";
import { Notices } from "./Notices.tsx";
import { ModelsDialog } from "./models/ModelsDialog.tsx";
import { LoadPanel } from "./models/LoadPanel.tsx";
import { Queue } from "./run/Queue.tsx";
import { RunImages } from "./run/RunImages.tsx";
import { PlotDialog } from "./plot/PlotDialog.tsx";
import { PlotResult } from "./plot/PlotResult.tsx";
import { PromptBox } from "./prompt/PromptBox.tsx";
import { SettingsPanel } from "./prompt/SettingsPanel.tsx";
import { InitImage } from "./prompt/InitImage.tsx";
import { Regions } from "./prompt/Regions.tsx";
import { StudioContext } from "./studio-context.ts";
import { StorageDialog } from "./storage/StorageDialog.tsx";
import { Trail } from "./run/Trail.tsx";
import { Welcome } from "./run/Welcome.tsx";
import { t } from "../texts/texts.ts";

export function App(props: { readonly studio: Studio }): JSX.Element {
  const studio = props.studio;
  const [settingsOpen, setSettingsOpen] = createSignal(false);
  const [regionsOpen, setRegionsOpen] = createSignal(false);
  const [adapterId, setAdapterId] = createSignal<string | null>(null);
  const [storageOpen, setStorageOpen] = createSignal(false);
  const [helpOpen, setHelpOpen] = createSignal(false);

  onCleanup(installKeys(studio));
  onCleanup(installLinks(studio));

  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const [systemDark, setSystemDark] = createSignal(darkSystem.matches);
  darkSystem.addEventListener("change", (event) => setSystemDark(event.matches));
  createEffect(() => {
    const { appearance } = studio.settings;
    document.documentElement.dataset["appearance"] =
      appearance === "system" ? (systemDark() ? "dark" : "light") : appearance;
  });

  createEffect(() => {
    document.documentElement.lang = languageOf(studio.settings);
  });

  /** Its field is the first of the settings. */
  const openNegative = (): void => {
    setSettingsOpen(true);
    document.querySelector<HTMLTextAreaElement>("#settings textarea")?.focus();
  };

  // Regions that were brought back are seen.
  createEffect(
    on(
      () => studio.settings.regions.length > 0,
      (some) => some && setRegionsOpen(true),
    ),
  );

  // The tab shows a run's progress while the user is in another tab.
  createEffect(() => {
    const run = studio.run();
    const steps = run?.images.reduce((sum, image) => sum + image.steps, 0) ?? 0;
    const done = run?.images.reduce((sum, image) => sum + image.step, 0) ?? 0;
    document.title = run?.status === "running" && steps > 0 ? t.page.titleAt(done / steps) : t.page.title;
  });

  // Files dropped anywhere, dialogs included: images offer their settings, adapters are checked.
  const [dropping, setDropping] = createSignal(false);
  const drops = new AbortController();
  const onFiles = (type: "dragover" | "dragleave" | "drop", react: (event: DragEvent) => void): void =>
    document.addEventListener(
      type,
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        react(event);
      },
      { signal: drops.signal },
    );
  onFiles("dragover", () => setDropping(true));
  onFiles("dragleave", (event) => {
    if (event.relatedTarget === null) setDropping(false);
  });
  onFiles("drop", (event) => {
    setDropping(false);
    void studio.takePick(pickOfDrop(event.dataTransfer!));
  });
  document.addEventListener(
    "paste",
    (event) => {
      const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
      // Copied text may come with an image of itself: paste it as text.
      if (files.length === 0 || event.clipboardData!.types.includes("text/plain")) return;
      event.preventDefault();
      void studio.takePick(pickOfInput(files));
    },
    { signal: drops.signal },
  );
  onCleanup(() => drops.abort());

  return (
    <StudioContext.Provider value={studio}>
      <AdapterDialogContext.Provider value={setAdapterId}>
        <div class={styles["page"]}>
          <Show when={dropping()}>
            <div class={styles["drop"]}>
              <p>{t.page.drop.title}</p>
              <ul>
                <For each={t.page.drop.kinds}>{(kind) => <li>{kind}</li>}</For>
              </ul>
            </div>
          </Show>
          <Header
            onLibrary={() => studio.library.open()}
            onModels={() => studio.models.show()}
            onStorage={() => setStorageOpen(true)}
            onHelp={() => setHelpOpen(true)}
          />
          <main class={styles["main"]} tabindex="-1">
            <section class={styles["sheet"]} aria-label={t.prompt.section}>
              <PromptBox
                regionsOpen={regionsOpen()}
                onToggleRegions={() => setRegionsOpen((open) => !open)}
                onNegative={settingsOpen() ? null : openNegative}
              />
              <InitImage />
              <Show when={regionsOpen()}>
                <Regions />
              </Show>
              <ControlBar
                settingsOpen={settingsOpen()}
                onToggleSettings={() => setSettingsOpen((open) => !open)}
              />
              <Queue />
              <Show when={settingsOpen()}>
                <SettingsPanel />
              </Show>
            </section>
            <Notices />
            <Show when={studio.run()} keyed>
              {(run) => <Trail run={run} />}
            </Show>
            <div
              class={styles["results"]}
              data-count={Math.min(2, studio.run()?.images.length ?? 0)}
              data-plot={studio.run()?.options.plot ? "" : undefined}
            >
              <div class={styles["images"]}>
                <Show when={studio.run()} fallback={<Welcome />} keyed>
                  {(run) => (
                    <>
                      <Show when={studio.packStatus() !== "ready" && run.status !== "done"}>
                        <LoadPanel />
                      </Show>
                      <Show when={run.error}>{(error) => <ErrorNote error={error()} />}</Show>
                      <Show when={run.status !== "failed" || run.images.some((image) => image.encoded)}>
                        <Show when={run.options.plot} fallback={<RunImages run={run} />}>
                          <PlotResult run={run} />
                        </Show>
                      </Show>
                    </>
                  )}
                </Show>
              </div>
              <div class={styles["side"]}>
                <Show
                  when={
                    studio.packStatus() === "ready" || (studio.run() && studio.packStatus() !== "deleted")
                  }
                  fallback={<LoadPanel />}
                >
                  <Choice />
                </Show>
                <Show when={!studio.run() && studio.packStatus() === "ready"}>
                  <Abilities />
                </Show>
              </div>
            </div>
            <Gallery />
            <Show when={!studio.run() && studio.pack()?.cards.some((card) => !card.fewStep)}>
              <Collection />
            </Show>
          </main>
        </div>
        <LibraryDialog />
        <IntakeDialog />
        <ModelsDialog onStorage={() => setStorageOpen(true)} />
        <StorageDialog open={storageOpen()} onClose={() => setStorageOpen(false)} />
        <AdapterDialog id={adapterId()} onClose={() => setAdapterId(null)} />
        <PlotDialog />
        <HelpDialog open={helpOpen()} onClose={() => setHelpOpen(false)} />
        <p class="visually-hidden" role="status" aria-live="polite">
          {studio.announcement()}
        </p>
      </AdapterDialogContext.Provider>
    </StudioContext.Provider>
  );
}
