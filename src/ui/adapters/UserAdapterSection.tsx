// In the details of a user adapter: its card to edit, the file's report, and a button that removes it.
import { createSignal, Show, type JSX } from "solid-js";
import { draftOf, type CardDraft } from "../../app/adapters/user-card.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import { CardForm } from "./CardForm.tsx";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { Diagnosis } from "./Diagnosis.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./UserAdapterSection.module.css";
import { useStudio } from "../studio-context.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";
import { t } from "../../texts/texts.ts";

export function UserAdapterSection(props: {
  readonly userAdapter: UserAdapter;
  readonly onRemoved: () => void;
}): JSX.Element {
  const studio = useStudio();
  const [draft, setDraft] = createSignal<CardDraft | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<PlainError | null>(null);

  async function work(change: () => Promise<void>, done: () => void): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await change();
      done();
    } catch (reason) {
      setError(toPlainError(reason));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class={styles["user"]} aria-label={t.adapters.userAdapter.section}>
      <Show when={draft()}>
        {(current) => (
          <>
            <CardForm
              draft={current()}
              report={props.userAdapter.report}
              words={props.userAdapter.words}
              onChange={(change) => setDraft({ ...current(), ...change })}
            />
            <div class={styles["actions"]}>
              <button
                class={`${controls["button"]} ${controls["primary"]}`}
                type="button"
                disabled={busy()}
                onClick={() =>
                  void work(
                    () => studio.intake.change(props.userAdapter.id, current()),
                    () => setDraft(null),
                  )
                }
              >
                {busy() ? t.adapters.userAdapter.saving : t.adapters.userAdapter.save}
              </button>
              <button
                class={`${controls["button"]} ${controls["quiet"]}`}
                type="button"
                onClick={() => setDraft(null)}
              >
                {t.adapters.userAdapter.cancel}
              </button>
            </div>
          </>
        )}
      </Show>
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      <Show when={draft() === null}>
        <div class={styles["actions"]}>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => setDraft(draftOf(props.userAdapter.card))}
          >
            {t.adapters.userAdapter.edit}
          </button>
          <ConfirmButton
            label={t.adapters.userAdapter.remove}
            confirm={t.adapters.userAdapter.confirmRemove}
            keep={t.adapters.userAdapter.keep}
            quiet
            onConfirm={() => work(() => studio.intake.forget([props.userAdapter.id]), props.onRemoved)}
          />
        </div>
      </Show>
      <details class={styles["report"]}>
        <summary>{t.adapters.userAdapter.report(props.userAdapter.report.fileName)}</summary>
        <Diagnosis report={props.userAdapter.report} />
      </details>
    </section>
  );
}
