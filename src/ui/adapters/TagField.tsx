// A tag of one's own to put on adapters, or to take off; those that there are already are offered while one types.
import { createSignal, createUniqueId, For, Show, type JSX } from "solid-js";
import controls from "../controls/controls.module.css";
import styles from "./TagField.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** Longer ones are notes. */
const longest = 60;
const small = `${controls["button"]} ${controls["small"]}`;

export function TagField(props: {
  readonly disabled?: boolean;
  /** Answers whether it was done. */
  readonly onAdd: (tag: string) => Promise<boolean>;
  /** Absent: tags are taken off elsewhere. */
  readonly onRemove?: (tag: string) => Promise<boolean>;
}): JSX.Element {
  const { library } = useStudio();
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const isOff = (): boolean => props.disabled === true || text().trim() === "";
  async function send(work: (tag: string) => Promise<boolean>): Promise<void> {
    const sent = text();
    setText("");
    // The next one may have been typed by now.
    if (!(await work(sent.trim()))) setText((now) => (now === "" ? sent : now));
  }
  return (
    <form
      class={styles["field"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isOff()) void send(props.onAdd);
      }}
    >
      <input
        class={controls["input"]}
        aria-label={t.adapters.tags.name}
        placeholder={t.adapters.tags.name}
        maxlength={longest}
        autocomplete="off"
        list={id}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <datalist id={id}>
        <For each={library.tags()}>{(tag) => <option value={tag} />}</For>
      </datalist>
      <button class={small} type="submit" disabled={isOff()}>
        {t.adapters.tags.add}
      </button>
      <Show when={props.onRemove}>
        {(remove) => (
          <button
            class={`${small} ${controls["quiet"]}`}
            type="button"
            disabled={isOff()}
            onClick={() => void send(remove())}
          >
            {t.adapters.tags.remove}
          </button>
        )}
      </Show>
    </form>
  );
}
