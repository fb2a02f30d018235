// Before the first image: what runs on this device, how large it is and how long it takes.
import { createEffect, For, on, Show, type JSX } from "solid-js";
import { fullSizeId, pocketId } from "../../app/packs/packs.ts";
import styles from "./Abilities.module.css";
import { useStudio } from "../studio-context.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

export function Abilities(): JSX.Element {
  const texts = (): typeof t.page.abilities => t.page.abilities;
  const studio = useStudio();
  const { models, languageModels } = studio;
  createEffect(
    on(studio.packStatus, (status) => {
      if (status !== "ready") return;
      void models.refresh();
      void languageModels.refresh();
    }),
  );
  const rows = (): readonly { readonly title: string; readonly text: string }[] => {
    const list = models.list();
    const languages = languageModels.list();
    const pocket = list?.models.find(({ id }) => id === pocketId);
    const fullSize = list?.models.find(({ id }) => id === fullSizeId);
    const device = studio.pack()?.device;
    if (!list || !languages || !pocket || !fullSize || !device) return [];
    const { fit } = fullSize;
    const usable = languages.filter(({ fit, runsOn }) => fit.kind !== "impossible" && runsOn !== "server");
    const smallest = usable.toSorted((a, b) => a.sizeBytes - b.sizeBytes)[0];
    return [
      {
        title: pocket.title,
        text: texts().pocket(pocket.sizeBytes, studio.pack()!.id === pocketId ? device.kind : null),
      },
      {
        title: fullSize.title,
        text:
          fit.kind === "good"
            ? texts().fullSize(fullSize.sizeBytes, fit.gpuBytes)
            : texts().noFullSize(fullSize.sizeBytes, spoken(fit.reason)),
      },
      ...(smallest
        ? [
            {
              title: texts().languageTitle,
              text: texts().language(
                smallest.sizeBytes,
                usable.some(({ runsOn }) => runsOn === "gpu"),
              ),
            },
          ]
        : []),
    ];
  };
  return (
    <Show when={rows().length > 0}>
      <section class={styles["abilities"]} aria-labelledby="abilities-title">
        <h2 id="abilities-title">{texts().title}</h2>
        <dl>
          <For each={rows()}>
            {({ title, text }) => (
              <div>
                <dt>{title}</dt>
                <dd>{text}</dd>
              </div>
            )}
          </For>
        </dl>
        <button type="button" onClick={() => models.show()}>
          {texts().models}
        </button>
      </section>
    </Show>
  );
}
