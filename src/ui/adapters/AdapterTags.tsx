// The user's own tags of an adapter, to add and to take off.
import { createSignal, For, Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { CloseIcon } from "../controls/icons.tsx";
import { TagField } from "./TagField.tsx";
import styles from "./TagField.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function AdapterTags(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const { library } = useStudio();
  const [error, setError] = createSignal<PlainError | null>(null);
  async function trying(work: Promise<void>): Promise<boolean> {
    setError(null);
    try {
      await work;
      return true;
    } catch (reason) {
      setError(explain(reason));
      return false;
    }
  }
  return (
    <section class={styles["tags"]} aria-labelledby="own-tags">
      <h3 id="own-tags">{t.adapters.tags.title}</h3>
      <Show when={props.adapter.tags.length > 0}>
        <ul>
          <For each={props.adapter.tags}>
            {(tag) => (
              <li>
                {tag}
                <button
                  type="button"
                  aria-label={t.adapters.tags.removeTag(tag)}
                  title={t.adapters.tags.removeTag(tag)}
                  onClick={() => void trying(library.removeTag([props.adapter], tag))}
                >
                  <CloseIcon />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <TagField onAdd={(tag) => trying(library.addTag([props.adapter], tag))} />
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
    </section>
  );
}
