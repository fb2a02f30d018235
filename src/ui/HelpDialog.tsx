// Shortcuts, how it works, what isn't available yet, and the page's language and appearance.
import { For, Show, type JSX } from "solid-js";
import { languageOf, type Appearance } from "../app/state/settings/settings.ts";
import controls from "./controls/controls.module.css";
import { Dialog } from "./controls/Dialog.tsx";
import { SegmentField } from "./controls/fields.tsx";
import { RichText } from "./controls/RichText.tsx";
import styles from "./HelpDialog.module.css";
import { useStudio } from "./studio-context.ts";
import { languageNames, t, type Language } from "../texts/texts.ts";

const languages = (Object.entries(languageNames) as [Language, string][]).map(([value, label]) => ({
  value,
  label,
}));

export function HelpDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  return (
    <Dialog open={props.open} title={t.page.help.title} onClose={() => props.onClose()}>
      <div class={styles["body"]}>
        <section>
          <h3>{t.page.help.shortcuts}</h3>
          <dl class={styles["keys"]}>
            <For each={t.page.help.keys}>
              {(entry) => (
                <>
                  <dt>
                    <For each={entry.keys}>{(key) => <kbd class={controls["kbd"]}>{key}</kbd>}</For>
                  </dt>
                  <dd>{entry.action}</dd>
                </>
              )}
            </For>
          </dl>
        </section>
        <section>
          <h3>{t.page.help.how}</h3>
          <For each={t.page.help.paragraphs}>
            {(text) => (
              <p>
                <RichText text={text} />
              </p>
            )}
          </For>
        </section>
        <Show when={studio.installation.installable()}>
          <section>
            <h3>{t.page.install.title}</h3>
            <p>{t.page.install.why}</p>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => void studio.installation.install()}
            >
              {t.page.install.install}
            </button>
          </section>
        </Show>
        <section>
          <h3>{t.page.help.language}</h3>
          <SegmentField<Language>
            legend={t.page.help.language}
            value={languageOf(studio.settings)}
            choices={languages}
            onChange={(language) => studio.setSettings("language", language)}
          />
        </section>
        <section>
          <h3>{t.page.help.appearance}</h3>
          <SegmentField<Appearance>
            legend={t.page.help.appearance}
            value={studio.settings.appearance}
            choices={[
              { value: "system", label: t.page.help.appearances.system },
              { value: "light", label: t.page.help.appearances.light },
              { value: "dark", label: t.page.help.appearances.dark },
            ]}
            onChange={(appearance) => studio.setSettings("appearance", appearance)}
          />
        </section>
      </div>
    </Dialog>
  );
}
