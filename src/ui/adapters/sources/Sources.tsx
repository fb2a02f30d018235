// Adapters by their address on other sites: what is asked for, what was found, and what became of it.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { exampleAddresses } from "../../../app/adapters/sources/addresses.ts";
import type { SourceItem } from "../../../app/state/intake/source-item.ts";
import type { PlainError } from "../../../shared/errors.ts";
import { messageOf } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import { ErrorNote } from "../../controls/ErrorNote.tsx";
import { TextField } from "../../controls/fields.tsx";
import controls from "../../controls/controls.module.css";
import { useStudio } from "../../studio-context.ts";
import { CivitaiKey } from "./CivitaiKey.tsx";
import { SourceRow } from "./SourceRow.tsx";
import styles from "./Sources.module.css";

const small = `${controls["button"]} ${controls["small"]}`;

/** @param props.open whether the form is all that the dialog is about */
export function Sources(props: { readonly open: boolean }): JSX.Element {
  const { sources } = useStudio().intake;
  return (
    <details class={styles["sources"]} open={props.open || sources.items.length > 0}>
      <summary>{t.sources.section}</summary>
      <div class={styles["body"]}>
        <AddressForm />
        <div role="status">
          <Show when={sources.work()}>
            {(work) => (
              <div class={styles["work"]}>
                <p>{t.sources.working[work().kind](work().done, work().total)}</p>
                <progress
                  class={styles["bar"]}
                  max={work().total}
                  value={work().done}
                  aria-label={t.sources.progress}
                />
              </div>
            )}
          </Show>
          <Show when={sources.work() === null && sources.outcome()}>
            {(outcome) => <p class={styles["outcome"]}>{outcome()}</p>}
          </Show>
        </div>
        <Found />
        <Failures />
        <CivitaiKey />
      </div>
    </details>
  );
}

function AddressForm(): JSX.Element {
  const { sources } = useStudio().intake;
  const [text, setText] = createSignal("");
  const isBusy = (): boolean => sources.work() !== null;
  return (
    <form
      class={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        void sources.lookUp(text());
      }}
    >
      <TextField
        label={t.sources.addresses}
        rows={3}
        placeholder={exampleAddresses}
        value={text()}
        hint={t.sources.addressesHint}
        onChange={setText}
      />
      <div class={styles["actions"]}>
        <button class={small} type="submit" disabled={isBusy() || text().trim() === ""}>
          {t.sources.lookUp}
        </button>
        <Show when={sources.checkable() > 0}>
          <button
            class={`${small} ${controls["quiet"]}`}
            type="button"
            disabled={isBusy()}
            title={t.sources.checkForUpdatesHint(sources.checkable())}
            onClick={() => void sources.checkForUpdates()}
          >
            {t.sources.checkForUpdates}
          </button>
        </Show>
        <Show when={isBusy()}>
          <button class={small} type="button" onClick={() => sources.stop()}>
            {t.sources.stop}
          </button>
        </Show>
      </div>
    </form>
  );
}

const isWaiting = ({ wanted, status }: SourceItem): boolean =>
  wanted && (status === "found" || status === "failed");

function Found(): JSX.Element {
  const { sources } = useStudio().intake;
  const found = createMemo(() => sources.items.filter(({ listing }) => listing !== null));
  const wanted = createMemo(() => found().filter(isWaiting));
  const bytes = (): number => wanted().reduce((sum, { listing }) => sum + (listing?.sizeBytes ?? 0), 0);
  return (
    <Show when={sources.items.length > 0}>
      <ul class={styles["list"]}>
        <For each={found()}>{(item) => <SourceRow item={item} />}</For>
      </ul>
      <div class={styles["actions"]}>
        <Show when={wanted().length > 0}>
          <button
            class={`${controls["button"]} ${controls["primary"]}`}
            type="button"
            disabled={sources.work() !== null}
            onClick={() => void sources.download()}
          >
            {t.sources.download(wanted().length, bytes())}
          </button>
        </Show>
        <Show when={sources.work() === null}>
          <button
            class={`${controls["button"]} ${controls["quiet"]}`}
            type="button"
            onClick={() => sources.dismiss()}
          >
            {t.sources.dismiss}
          </button>
        </Show>
      </div>
    </Show>
  );
}

/** Addresses that led to nothing, by reason. */
function Failures(): JSX.Element {
  const { sources } = useStudio().intake;
  const groups = createMemo(() => {
    const byReason = new Map<string, { readonly error: PlainError; readonly addresses: string[] }>();
    for (const { listing, error, address } of sources.items) {
      if (listing !== null || !error) continue;
      const group = byReason.get(messageOf(error)) ?? { error, addresses: [] };
      group.addresses.push(address);
      byReason.set(messageOf(error), group);
    }
    return [...byReason.values()];
  });
  return (
    <For each={groups()}>
      {({ error, addresses }) => (
        <div class={styles["failure"]}>
          <ErrorNote error={error} compact />
          <ul class={styles["addresses"]}>
            <For each={addresses}>{(address) => <li>{address}</li>}</For>
          </ul>
        </div>
      )}
    </For>
  );
}
