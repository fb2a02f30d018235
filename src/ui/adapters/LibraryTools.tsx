// Search, order and filters of the library; each choice says how many adapters it leaves.
import { createMemo, createSignal, createUniqueId, For, Show, type JSX } from "solid-js";
import type { Facet, LibraryFilter } from "../../app/adapters/library/library-filter.ts";
import { countFilters } from "../../app/adapters/library/library-filter.ts";
import { librarySorts, type LibrarySort } from "../../app/adapters/library/library-search.ts";
import controls from "../controls/controls.module.css";
import { kindNames } from "./kind-names.ts";
import styles from "./LibraryTools.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

type Choices = "kind" | "baseModel" | "commercial" | "effect" | "use" | "tag";
type Switches = Exclude<Facet, Choices>;

const small = `${controls["button"]} ${controls["small"]} ${controls["quiet"]}`;

export function LibraryTools(): JSX.Element {
  const { library, settings, pack } = useStudio();
  const isMeasured = createMemo(() => pack()?.cards.some(({ effect }) => effect) ?? false);
  const texts = (): typeof t.adapters.library => t.adapters.library;
  const [isUnfolded, setUnfolded] = createSignal(false);
  const panel = createUniqueId();
  const filters = createMemo(() => countFilters(library.filter()));
  const sortLabel = (sort: LibrarySort): string =>
    sort === "match" && library.query().trim() === "" ? texts().sorts.listed : texts().sorts[sort];
  return (
    <div class={styles["tools"]} role="search" aria-label={texts().search}>
      <div class={styles["first"]}>
        <input
          class={controls["input"]}
          type="search"
          autocomplete="off"
          placeholder={texts().searchPlaceholder}
          aria-label={texts().search}
          value={library.query()}
          onInput={(event) => library.search(event.currentTarget.value)}
        />
        <select
          class={`${controls["input"]} ${controls["select"]}`}
          aria-label={texts().sort}
          onChange={(event) => library.setSort(event.currentTarget.value as LibrarySort)}
        >
          <For each={librarySorts}>
            {(sort) => (
              <option value={sort} selected={sort === library.sort()}>
                {sortLabel(sort)}
              </option>
            )}
          </For>
        </select>
        <button
          class={controls["button"]}
          type="button"
          aria-expanded={isUnfolded()}
          aria-controls={panel}
          onClick={() => setUnfolded((unfolded) => !unfolded)}
        >
          {texts().filters(filters())}
        </button>
      </div>
      <div class={styles["chips"]}>
        <Chip facet="own" label={texts().user} />
        <Chip facet="stored" label={texts().storedFilter} />
        <Chip facet="pinned" label={texts().pinned} />
        <Chip facet="banned" label={texts().banned} />
        <Chip facet="hidden" label={texts().hidden} />
        <Show when={settings.commercialOnly}>
          <Chip facet="leftOut" label={texts().leftOut} />
        </Show>
        <Show when={filters() > 0}>
          <button class={small} type="button" onClick={() => library.resetFilter()}>
            {texts().reset}
          </button>
        </Show>
      </div>
      <div class={styles["panel"]} id={panel} hidden={!isUnfolded()}>
        <Choice facet="kind" label={texts().kind} names={kindNames()} />
        <Choice facet="baseModel" label={texts().baseModel} names={{}} />
        <Choice facet="commercial" label={texts().licence} names={texts().licences} />
        <Show when={isMeasured()}>
          <Choice facet="effect" label={texts().effect} names={texts().effects} />
        </Show>
        <Choice facet="use" label={texts().use} names={texts().usage} />
        <Choice facet="tag" label={texts().tag} names={{}} />
      </div>
    </div>
  );
}

function Chip(props: { readonly facet: Switches; readonly label: (count: number) => string }): JSX.Element {
  const { library } = useStudio();
  return (
    <button
      class={styles["chip"]}
      type="button"
      aria-pressed={library.filter()[props.facet]}
      onClick={() => library.setFilter({ [props.facet]: !library.filter()[props.facet] })}
    >
      {props.label(library.counts()[props.facet].get(true) ?? 0)}
    </button>
  );
}

/** The values that there are, each with its count. */
function Choice(props: {
  readonly facet: Choices;
  readonly label: string;
  /** Of the values; those without one are called by themselves. */
  readonly names: Readonly<Record<string, string>>;
}): JSX.Element {
  const { library } = useStudio();
  const id = createUniqueId();
  const value = (): string | null => library.filter()[props.facet];
  const values = createMemo(() => {
    const counts = library.counts()[props.facet];
    const chosen = value();
    const all = chosen === null || counts.has(chosen) ? counts : new Map([...counts, [chosen, 0] as const]);
    return [...all]
      .map(([name, count]) => ({ name: String(name), count }))
      .map((each) => ({ ...each, label: props.names[each.name] ?? each.name }))
      .sort((a, b) => a.label.localeCompare(b.label));
  });
  const choose = (text: string): void =>
    library.setFilter({ [props.facet]: text === "" ? null : text.slice(1) } as Partial<LibraryFilter>);
  return (
    <div class={controls["field"]}>
      <label class={controls["label"]} for={id}>
        {props.label}
      </label>
      <select
        id={id}
        class={`${controls["input"]} ${controls["select"]}`}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="">{t.adapters.library.any}</option>
        <For each={values()}>
          {({ name, label, count }) => (
            // A value may be empty: a base model that nobody knows.
            <option value={`=${name}`} selected={name === value()}>
              {t.adapters.library.option(label || t.adapters.library.unknownModel, count)}
            </option>
          )}
        </For>
      </select>
    </div>
  );
}
