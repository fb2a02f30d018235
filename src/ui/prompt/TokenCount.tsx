// How many tokens words have, and how many their chunks hold.
import { Show, type JSX } from "solid-js";
import type { TokenCount as Count } from "../../app/services/ports.ts";
import styles from "./TokenCount.module.css";
import { t } from "../../texts/texts.ts";

export function TokenCount(props: {
  /** Null until they are counted. */
  readonly of: Count | null;
}): JSX.Element {
  return (
    <p class={styles["tokens"]} title={t.prompt.tokensTitle}>
      <Show when={props.of}>
        {(count) => (
          <>
            <span class="visually-hidden">{t.prompt.tokens(count().tokens, count().room)}</span>
            <span aria-hidden="true">
              {count().tokens}/{count().room}
            </span>
          </>
        )}
      </Show>
    </p>
  );
}
