// The file of an adapter: its size, the model that it is for, where it is, and a button that deletes a downloaded one.
import { createSignal, Show, type JSX } from "solid-js";
import type { LibraryAdapter } from "../../app/adapters/library/library-adapter.ts";
import { originPage } from "../../app/adapters/sources/origin.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function StoredFile(props: { readonly adapter: LibraryAdapter }): JSX.Element {
  const studio = useStudio();
  const [error, setError] = createSignal<PlainError | null>(null);
  const remote = () => (props.adapter.own ? undefined : studio.pack()?.remote.get(props.adapter.card.id));
  const texts = (): typeof t.adapters.details => t.adapters.details;
  async function remove(): Promise<void> {
    setError(null);
    await studio.library.deleteFile(props.adapter).then(
      () => studio.announce(t.adapters.announced.fileDeleted(props.adapter.card.title)),
      (reason: unknown) => setError(explain(reason)),
    );
  }
  return (
    <>
      {texts().fileFacts(props.adapter.sizeBytes, props.adapter.card.baseModel)}
      <Show when={props.adapter.own?.origin}>
        {(origin) => (
          <>
            {". "}
            <a href={originPage(origin())} target="_blank" rel="noopener noreferrer">
              {texts().page}
            </a>
          </>
        )}
      </Show>
      <Show when={remote()}>
        {(file) => (
          <>
            {`, ${file().stored ? texts().stored : texts().notStored}`}
            <Show when={file().pageUrl}>
              {(url) => (
                <>
                  {". "}
                  <a href={url()} target="_blank" rel="noopener noreferrer">
                    {texts().page}
                  </a>
                </>
              )}
            </Show>{" "}
            <Show when={file().stored && !studio.busy()}>
              <ConfirmButton
                label={texts().deleteFile}
                confirm={texts().confirmDelete(props.adapter.sizeBytes)}
                keep={t.adapters.userAdapter.keep}
                quiet
                onConfirm={remove}
              />
            </Show>
          </>
        )}
      </Show>
      <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
    </>
  );
}
