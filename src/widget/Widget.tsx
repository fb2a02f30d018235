// The widget as people see it: a prompt, one button, how it goes, the image and its adapters.
import { createEffect, createSignal, For, Match, Show, Switch, type JSX } from "solid-js";
import { blurReason, type BlurReason } from "../app/images/nsfw.ts";
import controls from "../ui/controls/controls.module.css";
import { Cover } from "../ui/controls/Cover.tsx";
import { ErrorNote } from "../ui/controls/ErrorNote.tsx";
import { PixelCanvas } from "../ui/controls/PixelCanvas.tsx";
import { hasOtherScript } from "../stylus/vocabulary.ts";
import { t } from "../texts/texts.ts";
import type { View } from "./view.ts";
import styles from "./Widget.module.css";

export function Widget(props: {
  readonly view: View;
  readonly onGenerate: () => void;
  readonly onCancel: () => void;
  readonly onDownload: () => void;
}): JSX.Element {
  const view = props.view;
  const state = view.state;

  // The button's place is the same for both, so that the keyboard stays where it was.
  const act = (): void => (state.isRunning ? props.onCancel() : props.onGenerate());
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const isGenerate = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (isGenerate && !state.isRunning) props.onGenerate();
    if (event.key === "Escape" && state.isRunning) props.onCancel();
    if (isGenerate) event.preventDefault();
  };
  const progressText = (): string => {
    const { progress } = state;
    if (!progress) return "";
    const stage = t.widget.stages[progress.stage];
    return progress.fraction === null ? stage : t.widget.at(stage, progress.fraction);
  };
  /** Those that do not stand below the prompt already. */
  const notes = (): readonly string[] => state.notes.filter((note) => note !== t.prompt.otherScript);
  return (
    <main class={styles["widget"]} onKeyDown={keys} aria-label={t.widget.title}>
      <div class={styles["form"]}>
        <label class={controls["field"]}>
          <span class={controls["label"]}>{t.widget.prompt}</span>
          <textarea
            class={controls["input"]}
            rows={2}
            value={state.prompt}
            placeholder={t.widget.placeholder}
            aria-describedby="keys script"
            onInput={(event) => view.set("prompt", event.currentTarget.value)}
          />
        </label>
        <Show when={hasOtherScript(state.prompt)}>
          <p id="script" class={styles["note"]}>
            {t.prompt.otherScript}
          </p>
        </Show>
        <span id="keys" class="visually-hidden">
          {t.widget.shortcut}
        </span>
        {/* Not a form's: sandboxed frames submit none. */}
        <button
          type="button"
          class={`${controls["button"]} ${controls["primary"]} ${styles["act"]}`}
          onClick={act}
        >
          {state.isRunning ? t.widget.cancel : t.widget.generate}
        </button>
      </div>

      <Show when={state.isRunning && state.progress}>
        <div class={styles["progress"]}>
          <progress
            ref={(element) =>
              createEffect(() => {
                const fraction = state.progress?.fraction ?? null;
                if (fraction === null) element.removeAttribute("value");
                else element.value = fraction;
              })
            }
            aria-label={t.widget.progress}
            aria-valuetext={progressText()}
          />
          <span>{progressText()}</span>
        </div>
      </Show>

      <Show when={state.error}>
        {(error) => (
          <ErrorNote error={error()} compact>
            <Show when={state.missing}>
              {(model) => (
                <button type="button" class={controls["button"]} onClick={() => props.onDownload()}>
                  {t.widget.downloadModel(model().title, model().sizeBytes - model().storedBytes)}
                </button>
              )}
            </Show>
          </ErrorNote>
        )}
      </Show>

      <Switch>
        <Match when={state.isRunning && state.preview}>
          {(pixels) => (
            <Covered
              reason={state.nsfwCheck ? "pending" : null}
              labels={{ show: t.nsfw.showPreview, blur: t.nsfw.blurPreview }}
            >
              <PixelCanvas pixels={pixels()} label={t.widget.preview} />
            </Covered>
          )}
        </Match>
        <Match when={state.images.length > 0}>
          <For each={state.images}>
            {(image) => (
              <figure class={styles["figure"]}>
                <Covered
                  reason={blurReason(image.nsfw, state)}
                  labels={{ show: t.nsfw.showImage(image.seed), blur: t.nsfw.blurImage(image.seed) }}
                >
                  <img
                    src={image.url}
                    width={image.width}
                    height={image.height}
                    alt={t.widget.alt(state.shownPrompt, image.seed)}
                  />
                </Covered>
                <figcaption>
                  <Show when={image.adapters.length > 0} fallback={<p>{t.widget.noAdapters}</p>}>
                    <ul aria-label={t.widget.adapters}>
                      <For each={image.adapters}>
                        {({ title, strength }) => <li>{t.widget.adapter(title, strength)}</li>}
                      </For>
                    </ul>
                  </Show>
                  <a class={styles["download"]} href={image.url} download={image.fileName}>
                    {t.widget.download}
                  </a>
                </figcaption>
              </figure>
            )}
          </For>
        </Match>
      </Switch>

      <For each={notes()}>{(note) => <p class={styles["note"]}>{note}</p>}</For>

      <footer class={styles["footer"]}>
        <Show when={state.capabilities.storage === "memory"}>
          <p>{t.widget.memoryOnly}</p>
        </Show>
        <Show when={!state.capabilities.isolated && state.capabilities.device?.kind === "wasm"}>
          <p>{t.widget.oneThread}</p>
        </Show>
        <PageLink />
      </footer>
      <p class="visually-hidden" role="status">
        {state.announced}
      </p>
    </main>
  );
}

/** In the place of the widget, where its host does not allow the page around it. */
export function Forbidden(): JSX.Element {
  return (
    <ErrorNote error={{ code: "bad-input", ...t.widget.forbidden }}>
      <PageLink />
    </ErrorNote>
  );
}

function PageLink(): JSX.Element {
  return (
    <a href="./" target="_blank" rel="noopener">
      {t.widget.openPage}
    </a>
  );
}

function Covered(props: {
  readonly reason: BlurReason | null;
  readonly labels: { readonly show: string; readonly blur: string };
  readonly children: JSX.Element;
}): JSX.Element {
  const [shown, setShown] = createSignal(false);
  return (
    <div class={styles["image"]}>
      <Cover
        reason={props.reason}
        shown={shown()}
        labels={props.labels}
        onToggle={() => setShown((before) => !before)}
      >
        {props.children}
      </Cover>
    </div>
  );
}
