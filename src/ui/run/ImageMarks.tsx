// What the user says about a kept image: a star, a note.
import { createSignal, Show, type JSX } from "solid-js";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { StarIcon } from "../controls/icons.tsx";
import styles from "./ImageMarks.module.css";
import { useStudio } from "../studio-context.ts";
import { messageOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

export function Favourite(props: { readonly id: string; readonly seed: number }): JSX.Element {
  const studio = useStudio();
  const isFavourite = (): boolean => studio.gallery.marks(props.id).favourite;
  return (
    <button
      class={`${controls["icon"]} ${styles["star"]}`}
      type="button"
      aria-label={t.run.gallery.favourite(props.seed)}
      title={t.run.gallery.favourites}
      aria-pressed={isFavourite()}
      onClick={() => {
        studio.gallery
          .mark(props.id, { favourite: !isFavourite() })
          .catch((reason: unknown) => studio.announce(messageOf(explain(reason))));
      }}
    >
      <StarIcon />
    </button>
  );
}

export function Note(props: { readonly id: string }): JSX.Element {
  const studio = useStudio();
  const [error, setError] = createSignal<PlainError | null>(null);
  const keep = (note: string): void => {
    if (note === studio.gallery.marks(props.id).note) return;
    setError(null);
    studio.gallery.mark(props.id, { note }).catch((reason: unknown) => setError(explain(reason)));
  };
  return (
    <>
      <input
        class={styles["note"]}
        type="text"
        autocomplete="off"
        maxlength="2000"
        aria-label={t.run.gallery.note}
        placeholder={t.run.gallery.notePlaceholder}
        value={studio.gallery.marks(props.id).note}
        onChange={(event) => keep(event.currentTarget.value.trim())}
      />
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
    </>
  );
}
