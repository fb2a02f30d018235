// The user's key for Civitai: it is shown nowhere once it is kept.
import { createSignal, Show, type JSX } from "solid-js";
import { isKey } from "../../../app/packs/own-server.ts";
import { t } from "../../../texts/texts.ts";
import { TextField } from "../../controls/fields.tsx";
import controls from "../../controls/controls.module.css";
import { useStudio } from "../../studio-context.ts";
import styles from "./Sources.module.css";

const small = `${controls["button"]} ${controls["small"]}`;

export function CivitaiKey(): JSX.Element {
  const { sources } = useStudio().intake;
  const [typed, setTyped] = createSignal("");
  const texts = (): typeof t.sources.key => t.sources.key;
  const isBad = (): boolean => !isKey(typed().trim());
  return (
    <details class={styles["key"]}>
      <summary>{texts().summary}</summary>
      <form
        class={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (isBad() || typed().trim() === "") return;
          sources.setKey(typed().trim());
          setTyped("");
        }}
      >
        <TextField
          label={texts().label}
          type="password"
          value={typed()}
          hint={isBad() ? texts().bad : texts().hint}
          onChange={setTyped}
        />
        <div class={styles["actions"]}>
          <button class={small} type="submit" disabled={isBad() || typed().trim() === ""}>
            {texts().save}
          </button>
          <Show when={sources.hasKey()}>
            <span role="status">{texts().set}</span>
            <button
              class={`${small} ${controls["quiet"]}`}
              type="button"
              onClick={() => sources.setKey(null)}
            >
              {texts().forget}
            </button>
          </Show>
        </div>
      </form>
    </details>
  );
}
