// Over the thumbnails: what is shown of the gallery, and what to do with the selected images.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { StoredImage } from "../../app/images/gallery.ts";
import type { GalleryFilter } from "../../app/images/gallery-filter.ts";
import controls from "../controls/controls.module.css";
import styles from "./Gallery.module.css";
import { CompareIcon, DownloadIcon } from "../controls/icons.tsx";
import { SwitchField } from "../controls/fields.tsx";
import { PickFiles } from "../controls/PickFiles.tsx";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const select = `${controls["input"]} ${controls["select"]}`;
const small = `${controls["button"]} ${controls["small"]}`;

export function GalleryFilterBar(props: {
  readonly filter: GalleryFilter;
  readonly found: number;
  readonly onChange: (filter: GalleryFilter) => void;
}): JSX.Element {
  const studio = useStudio();
  /** In the kept images, by title. */
  const adapters = createMemo(() => {
    const ids = new Set(studio.gallery.images().flatMap(adapterIdsAnywhere));
    return [...ids]
      .map((id) => ({ id, title: studio.card(id)?.title ?? id }))
      .sort((a, b) => a.title.localeCompare(b.title));
  });
  const dates = (): readonly (readonly [number | null, string])[] => {
    const { any, today, week, month } = t.run.gallery.dates;
    return [
      [null, any],
      [1, today],
      [7, week],
      [30, month],
    ];
  };
  const change = (part: Partial<GalleryFilter>): void => props.onChange({ ...props.filter, ...part });
  return (
    <div class={styles["bar"]} role="search" aria-label={t.run.gallery.filter}>
      <input
        class={controls["input"]}
        type="search"
        autocomplete="off"
        aria-label={t.run.gallery.find}
        placeholder={t.run.gallery.find}
        value={props.filter.text}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <select
        class={select}
        aria-label={t.run.gallery.adapter}
        onChange={(event) => change({ adapter: event.currentTarget.value || null })}
      >
        <option value="">{t.run.gallery.anyAdapter}</option>
        <For each={adapters()}>
          {({ id, title }) => (
            <option value={id} selected={id === props.filter.adapter}>
              {title}
            </option>
          )}
        </For>
      </select>
      <select
        class={select}
        aria-label={t.run.gallery.date}
        onChange={(event) => change({ days: Number(event.currentTarget.value) || null })}
      >
        <For each={dates()}>
          {([days, label]) => (
            <option value={days ?? ""} selected={days === props.filter.days}>
              {label}
            </option>
          )}
        </For>
      </select>
      <SwitchField
        label={t.run.gallery.favourites}
        checked={props.filter.favourites}
        onChange={(favourites) => change({ favourites })}
      />
      <span class={styles["count"]} role="status">
        {t.run.gallery.found(props.found, studio.gallery.images().length)}
      </span>
    </div>
  );
}

/** Brings back what `SelectionBar` exported. */
export const ImportButton = (): JSX.Element => (
  <PickFiles label={t.run.gallery.import} accept=".zip,application/zip" multiple small quiet />
);

export function SelectionBar(props: {
  /** The selected images, newest first. */
  readonly chosen: readonly StoredImage[];
  readonly onAll: () => void;
  readonly onCompare: (first: StoredImage, second: StoredImage) => void;
  readonly onExport: () => Promise<unknown>;
}): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  return (
    <div class={styles["bar"]} role="group" aria-label={t.run.gallery.select}>
      <span class={styles["count"]} role="status">
        {t.run.gallery.selected(props.chosen.length)}
      </span>
      <button
        class={small}
        type="button"
        disabled={props.chosen.length !== 2}
        title={t.run.gallery.compareHint}
        onClick={() => props.onCompare(props.chosen[1]!, props.chosen[0]!)}
      >
        <CompareIcon /> {t.run.gallery.compare}
      </button>
      <button
        class={small}
        type="button"
        disabled={props.chosen.length === 0 || busy()}
        onClick={() => {
          setBusy(true);
          void props.onExport().finally(() => setBusy(false));
        }}
      >
        <DownloadIcon />{" "}
        <Show when={busy()} fallback={t.run.gallery.export}>
          {t.run.gallery.exporting}
        </Show>
      </button>
      <button class={`${small} ${controls["quiet"]}`} type="button" onClick={() => props.onAll()}>
        {t.run.gallery.all}
      </button>
      <ImportButton />
    </div>
  );
}
