// Every adapter, to search, filter, sort and select; thousands of them, of which those in view are drawn.
import { createMemo, Show, type JSX } from "solid-js";
import type { FoundAdapter } from "../../app/adapters/library/library-search.ts";
import { countLeftOut } from "../../stylus/licensed-pack.ts";
import { adapterExtensions } from "../../app/adapters/dropped-files.ts";
import { cardsFileName } from "../../app/adapters/exported-cards.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { PickFiles } from "../controls/PickFiles.tsx";
import { saveFile } from "../controls/save-file.ts";
import { VirtualGrid } from "../controls/VirtualGrid.tsx";
import { LibraryCard } from "./LibraryCard.tsx";
import styles from "./LibraryDialog.module.css";
import { LibrarySelection } from "./LibrarySelection.tsx";
import { LibraryTools } from "./LibraryTools.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** Pixels. */
const leastCard = 132;
const small = `${controls["button"]} ${controls["small"]}`;

export function LibraryDialog(): JSX.Element {
  const { library } = useStudio();
  return (
    <Dialog open={library.isOpen()} title={t.adapters.library.title} large onClose={() => library.close()}>
      <LibraryTools />
      <Actions />
      <LeftOut />
      <Show when={library.notesError()}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show
        when={library.found().length > 0}
        fallback={
          <p class={styles["hint"]}>
            {library.filter().own && library.all().every(({ own }) => own === null)
              ? t.adapters.library.noUserAdapters
              : t.adapters.library.noneFound}
          </p>
        }
      >
        <Cards />
      </Show>
      <Show when={library.selected()}>
        <LibrarySelection />
      </Show>
    </Dialog>
  );
}

function Cards(): JSX.Element {
  const { library } = useStudio();
  const byKey = createMemo(() => new Map(library.found().map((found) => [found.adapter.key, found])));
  const keys = createMemo(() => [...byKey().keys()]);
  return (
    <VirtualGrid label={t.adapters.library.list} keys={keys()} leastColumn={leastCard}>
      {(key) => {
        // One that is gone is drawn as it was until it is taken out.
        const found = createMemo<FoundAdapter>((before) => byKey().get(key) ?? before!);
        return <LibraryCard found={found()} />;
      }}
    </VirtualGrid>
  );
}

/** What is listed, in numbers, and what can be done with it. */
function Actions(): JSX.Element {
  const studio = useStudio();
  const { library } = studio;
  const texts = (): typeof t.adapters.library => t.adapters.library;
  const storedBytes = createMemo(() =>
    library.found().reduce((sum, { adapter }) => sum + (adapter.isStored ? adapter.sizeBytes : 0), 0),
  );
  const byMeaning = createMemo(() => library.found().filter(({ near }) => near !== null).length);
  const howFound = (): string => {
    if (library.query().trim() === "") return "";
    if (library.nearest.status() === "failed") return texts().wordsOnly;
    if (library.nearest.status() === "searching") return texts().searching;
    return texts().near(byMeaning());
  };
  const exportShown = (): void => {
    const adapters = library.found().map(({ adapter }) => adapter);
    saveFile(library.export(adapters), cardsFileName);
    studio.announce(t.adapters.announced.exported(adapters.length));
  };
  return (
    <div class={styles["actions"]}>
      <p class={styles["count"]} role="status">
        {texts().count(library.found().length, library.size())} <span>{texts().stored(storedBytes())}</span>{" "}
        <span>{howFound()}</span>
      </p>
      <PickFiles label={texts().add} accept={adapterExtensions} multiple small title={texts().addHint} />
      <button class={small} type="button" onClick={() => studio.intake.show()}>
        {t.sources.section}
      </button>
      <button
        class={`${small} ${controls["quiet"]}`}
        type="button"
        aria-pressed={library.selected() !== null}
        onClick={() => library.setSelecting(library.selected() === null)}
      >
        {library.selected() ? texts().done : texts().select}
      </button>
      <button
        class={`${small} ${controls["quiet"]}`}
        type="button"
        disabled={library.found().length === 0}
        title={texts().exportHint}
        onClick={exportShown}
      >
        {texts().export(library.found().length)}
      </button>
    </div>
  );
}

/** What the setting on licences leaves out, and a way to see it. */
function LeftOut(): JSX.Element {
  const { library, pack } = useStudio();
  const loaded = () => (pack()?.leftOut.length ? pack() : null);
  return (
    <Show when={loaded()}>
      {(known) => (
        <p class={styles["leftOut"]}>
          {t.adapters.licence.leftOut(countLeftOut(known()))}{" "}
          <Show when={!library.filter().leftOut}>
            <button class={styles["link"]} type="button" onClick={() => library.setFilter({ leftOut: true })}>
              {t.adapters.library.showLeftOut}
            </button>
          </Show>
        </p>
      )}
    </Show>
  );
}
