// The form of an X/Y/Z plot: up to three axes, and how many images they make.
import { createMemo, createSignal, createUniqueId, For, Show, type JSX } from "solid-js";
import { SAMPLER_LABELS, SCHEDULE_LABELS } from "../../formats/generation-parameters.ts";
import { choices } from "../../shared/limits.ts";
import {
  axisKinds,
  axisNames,
  joinValues,
  noAdapter,
  ownVae,
  splitValues,
  type AxisKind,
  type AxisName,
  type PlotAxis,
} from "../../stylus/plot/axes.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { SelectField } from "../controls/fields.tsx";
import styles from "./PlotDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { messageOf, remedyOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

export function PlotDialog(): JSX.Element {
  const { plot } = useStudio();
  return (
    <Dialog open={plot.isOpen()} title={t.plot.title} onClose={() => plot.close()}>
      <Content />
    </Dialog>
  );
}

function Content(): JSX.Element {
  const studio = useStudio();
  const { plot } = studio;
  /** What no axis says beside its values: that of the whole, and that one has no values yet. */
  const general = () => {
    const problem = plot.problem();
    const saysItself = (name: AxisName): boolean =>
      problem?.where === `plot.${name}` && plot.plot()[name]?.values.trim() !== "";
    return problem && !axisNames.some(saysItself) ? problem : null;
  };
  function start(): void {
    if (!plot.expanded()) return;
    plot.close();
    void studio.generate({ asPlot: true });
  }
  const count = (): string => {
    const { columns, rows, pages, cells } = plot.expanded()!;
    const factors = [columns, rows, pages].filter((each) => each > 1);
    return factors.length > 1
      ? t.plot.product(factors.map((each) => t.format.number(each)).join(" × "), cells.length)
      : t.run.stages.images(cells.length);
  };
  return (
    <form
      class={styles["body"]}
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      onKeyDown={(event) => {
        // The page’s own shortcut, here for what is open.
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        start();
      }}
    >
      <p>{t.plot.text}</p>
      <For each={axisNames}>{(name) => <Axis name={name} />}</For>
      <div class={styles["foot"]}>
        <p class={styles["count"]} role="status">
          <Show
            when={plot.expanded()}
            fallback={
              <Show when={general()} fallback={<Show when={!plot.problem()}>{t.plot.choose}</Show>}>
                {(problem) => (
                  <span class={styles["problem"]}>
                    {messageOf(problem())} {remedyOf(problem())}
                  </span>
                )}
              </Show>
            }
          >
            <b>{count()}</b>
            <Show when={plot.estimate()}>{(milliseconds) => <> · {t.plot.time(milliseconds())}</>}</Show>
          </Show>
        </p>
        <button
          class={`${controls["button"]} ${controls["primary"]}`}
          type="submit"
          disabled={plot.expanded() === null}
        >
          {studio.busy() ? t.plot.queue : t.plot.generate}
        </button>
      </div>
    </form>
  );
}

function Axis(props: { readonly name: AxisName }): JSX.Element {
  const studio = useStudio();
  const { plot } = studio;
  const id = createUniqueId();
  const axis = (): PlotAxis | null => plot.plot()[props.name];
  const title = (): string => t.plot.axes[props.name];
  const vaes = () => studio.pack()?.vaes ?? [];
  /** Few models can have another VAE. */
  const kinds = () =>
    axisKinds.filter((kind) => kind !== "vae" || vaes().length > 0 || axis()?.kind === kind);
  const set = (change: Partial<PlotAxis>): void => plot.setAxis(props.name, { ...axis()!, ...change });
  const problem = () => {
    const found = plot.problem();
    // What is not written yet is not wrong.
    return found?.where === `plot.${props.name}` && axis()?.values.trim() !== "" ? found : null;
  };
  /** What there is to choose of an adapter: those of the prompt, and those that were added. */
  const adapters = createMemo((): string[] => {
    const own = studio.reading().composition.tasks.flatMap(({ picks }) => picks.map((pick) => pick.id));
    const tagged = studio.tags().adapters.map((use) => use.id);
    const added = axis()?.kind === "adapter" ? splitValues(axis()!.values) : [];
    const weighed = axis()?.adapter ? [axis()!.adapter!] : [];
    return [...new Set([...own, ...studio.pins(), ...tagged, ...added, ...weighed])].filter(
      (each) => each !== noAdapter,
    );
  });
  const cardTitle = (each: string): string => studio.card(each)?.title ?? each;

  function choose(kind: AxisKind | ""): void {
    if (kind === "") return plot.setAxis(props.name, null);
    const { sampler, schedule, steps, cfgScale, clipSkip } = studio.options();
    const first: Readonly<Record<AxisKind, string>> = {
      seed: String(studio.settings.seed),
      steps: String(steps),
      cfgScale: String(cfgScale),
      sampler: SAMPLER_LABELS[sampler],
      schedule: SCHEDULE_LABELS[schedule],
      clipSkip: String(clipSkip),
      vae: joinValues(vaes().flatMap((vae) => (vae.stored ? [vae.id ?? ownVae] : []))),
      preset: joinValues(choices.preset),
      adapter: joinValues([...adapters(), noAdapter]),
      weight: "0, 0.5, 1",
      prompt: "",
    };
    plot.setAxis(props.name, { kind, values: first[kind] });
  }

  return (
    <fieldset class={styles["axis"]}>
      <legend>{title()}</legend>
      <div class={styles["type"]}>
        <select
          class={`${controls["input"]} ${controls["select"]}`}
          aria-label={t.plot.typeOf(title())}
          onChange={(event) => choose(event.currentTarget.value as AxisKind | "")}
        >
          <option value="" selected={axis() === null}>
            {t.plot.none}
          </option>
          <For each={kinds()}>
            {(kind) => (
              <option value={kind} selected={axis()?.kind === kind}>
                {t.plot.kinds[kind]}
              </option>
            )}
          </For>
        </select>
      </div>
      <div class={styles["values"]}>
        <Show when={axis()?.kind} keyed>
          {(kind) => {
            switch (kind) {
              case "sampler":
                return (
                  <Checks
                    label={t.plot.valuesOf(title())}
                    values={axis()!.values}
                    choices={choices.sampler.map((each) => ({
                      value: SAMPLER_LABELS[each],
                      label: SAMPLER_LABELS[each],
                    }))}
                    onChange={(values) => set({ values })}
                  />
                );
              case "schedule":
                return (
                  <Checks
                    label={t.plot.valuesOf(title())}
                    values={axis()!.values}
                    choices={choices.schedule.map((each) => ({
                      value: SCHEDULE_LABELS[each],
                      label: t.names.schedules[each],
                    }))}
                    onChange={(values) => set({ values })}
                  />
                );
              case "vae":
                return (
                  <Checks
                    label={t.plot.valuesOf(title())}
                    values={axis()!.values}
                    choices={vaes().map(({ id: vae, title: name, stored, sizeBytes }) => ({
                      value: vae ?? ownVae,
                      label:
                        vae === null ? t.plot.ownVae : stored ? name : t.plot.notDownloaded(name, sizeBytes),
                    }))}
                    onChange={(values) => set({ values })}
                  />
                );
              case "preset":
                return (
                  <Checks
                    label={t.plot.valuesOf(title())}
                    values={axis()!.values}
                    choices={choices.preset.map((each) => ({ value: each, label: t.names.presets[each] }))}
                    onChange={(values) => set({ values })}
                  />
                );
              case "adapter":
                return (
                  <>
                    <Checks
                      label={t.plot.valuesOf(title())}
                      values={axis()!.values}
                      choices={[
                        ...adapters().map((each) => ({ value: each, label: cardTitle(each) })),
                        { value: noAdapter, label: t.plot.noAdapter },
                      ]}
                      onChange={(values) => set({ values })}
                    />
                    <AddAdapter
                      known={adapters()}
                      onAdd={(added) => set({ values: joinValues([...splitValues(axis()!.values), added]) })}
                    />
                  </>
                );
              default:
                return (
                  <>
                    <Show when={kind === "weight"}>
                      <SelectField
                        label={t.plot.weightOf}
                        value={axis()!.adapter ?? ""}
                        choices={[
                          { value: "", label: t.plot.allAdapters },
                          ...adapters().map((each) => ({ value: each, label: cardTitle(each) })),
                        ]}
                        onChange={(adapter) => {
                          const { values } = axis()!;
                          plot.setAxis(props.name, { kind, values, ...(adapter === "" ? {} : { adapter }) });
                        }}
                      />
                    </Show>
                    <input
                      class={controls["input"]}
                      type="text"
                      autocomplete="off"
                      autocapitalize="off"
                      spellcheck={false}
                      aria-label={t.plot.valuesOf(title())}
                      aria-invalid={problem() !== null}
                      aria-describedby={`${id}-hint ${id}-problem`}
                      value={axis()!.values}
                      onInput={(event) => set({ values: event.currentTarget.value })}
                    />
                    <span class={controls["hint"]} id={`${id}-hint`}>
                      {kind === "prompt" ? t.plot.words : kind === "seed" ? t.plot.seeds : t.plot.numbers}
                    </span>
                  </>
                );
            }
          }}
        </Show>
        <span id={`${id}-problem`} class={styles["problem"]} role="status">
          <Show when={problem()}>{(found) => `${messageOf(found())} ${remedyOf(found())}`}</Show>
        </span>
      </div>
    </fieldset>
  );
}

function Checks(props: {
  readonly label: string;
  readonly values: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (values: string) => void;
}): JSX.Element {
  const chosen = createMemo(() => new Set(splitValues(props.values)));
  /** In the order of the list; what the list does not have (a sampler with a schedule in its name) stays. */
  const toggle = (value: string): void => {
    const wanted = new Set(chosen());
    if (!wanted.delete(value)) wanted.add(value);
    const listed = props.choices.map((choice) => choice.value).filter((each) => wanted.has(each));
    props.onChange(joinValues([...listed, ...[...wanted].filter((each) => !listed.includes(each))]));
  };
  return (
    <div class={styles["checks"]} role="group" aria-label={props.label}>
      <For each={props.choices.map(({ value }) => value)}>
        {(value) => (
          <label>
            <input type="checkbox" checked={chosen().has(value)} onChange={() => toggle(value)} />
            {props.choices.find((choice) => choice.value === value)?.label}
          </label>
        )}
      </For>
    </div>
  );
}

/** The rest of the collection. */
function AddAdapter(props: {
  readonly known: readonly string[];
  readonly onAdd: (id: string) => void;
}): JSX.Element {
  const studio = useStudio();
  const [selected, setSelected] = createSignal("");
  const others = () =>
    (studio.pack()?.cards ?? [])
      .filter((card) => !card.fewStep && !props.known.includes(card.id))
      .toSorted((a, b) => a.title.localeCompare(b.title));
  return (
    <div class={styles["add"]}>
      <select
        class={`${controls["input"]} ${controls["select"]}`}
        aria-label={t.plot.addAdapter}
        onChange={(event) => setSelected(event.currentTarget.value)}
      >
        <option value="">{t.plot.addAdapter}</option>
        <For each={others()}>{(card) => <option value={card.id}>{card.title}</option>}</For>
      </select>
      {/* A press of its own: with the arrow keys some browsers change the list's value line by line. */}
      <button
        class={controls["button"]}
        type="button"
        disabled={selected() === ""}
        onClick={() => {
          props.onAdd(selected());
          setSelected("");
        }}
      >
        {t.plot.add}
      </button>
    </div>
  );
}
