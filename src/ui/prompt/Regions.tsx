// Regional prompts: the frame of the image with its regions, to be moved and resized by pointer or keys, and a prompt for each.
import { createMemo, createSignal, For, Index, Show, type JSX } from "solid-js";
import { maskPath } from "../../app/images/drawn-region.ts";
import {
  cutsOff,
  moved,
  newRegion,
  numbersOf,
  places,
  resized,
  withSide,
  type Place,
} from "../../app/state/prompt/region-edit.ts";
import { limits } from "../../shared/limits.ts";
import { leastRegionView, type Rectangle } from "../../shared/request.ts";
import type { Region } from "../../stylus/regions.ts";
import { arrowMoves } from "../controls/arrow-moves.ts";
import { NumberField, SwitchField } from "../controls/fields.tsx";
import controls from "../controls/controls.module.css";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { BrushIcon, CloseIcon } from "../controls/icons.tsx";
import { PromptField } from "./PromptField.tsx";
import { RegionDialog, type RegionInHand } from "./RegionDialog.tsx";
import styles from "./Regions.module.css";
import { regionColour } from "./task-colour.ts";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

/** Of one key press, in shares of the image. */
const keyStep = 0.05;

const sides = ["x", "y", "width", "height"] as const;

export function Regions(): JSX.Element {
  const { settings, setSettings, ...studio } = useStudio();
  const regions = (): readonly Region[] => settings.regions;
  const isFull = (): boolean => regions().length >= limits.regions;
  const numbers = createMemo(() => numbersOf(regions()));
  /** As the first image has them. */
  const wordsOf = (number: number | null): string =>
    number === null ? "" : (studio.words().regions[number - 1] ?? "");
  const change = (index: number, region: Partial<Region>): void => setSettings("regions", index, region);
  const [drawn, setDrawn] = createSignal<
    (RegionInHand & { readonly index: number; readonly region: Region }) | null
  >(null);
  const draw = (index: number): void => {
    const { width, height } = studio.options();
    setDrawn({
      index,
      region: regions()[index]!,
      area: { ...regions()[index]! },
      others: regions().flatMap((region, other) => (other === index ? [] : { ...region })),
      size: { width, height },
    });
  };
  let rows!: HTMLDivElement;
  const add = (place: Place): void => {
    setSettings("regions", (all) => [...all, newRegion(place)]);
    rows.lastElementChild?.querySelector("textarea")?.focus();
  };
  const remove = (index: number): void => {
    setSettings("regions", (all) => all.filter((_, other) => other !== index));
    if (index < regions().length) return; // the button is the next region's now
    rows.lastElementChild?.querySelector<HTMLButtonElement>("button:last-child")?.focus();
    focusWhatIsLeft();
  };
  return (
    <section class={styles["regions"]} id="regions" aria-labelledby="regions-title">
      <header class={styles["head"]}>
        <h2 id="regions-title">{t.prompt.regions.title}</h2>
        <p>{t.prompt.regions.hint}</p>
      </header>
      <div class={styles["body"]} data-empty={regions().length === 0}>
        <Show when={regions().length > 0}>
          <Frame size={studio.options()} regions={regions()} numbers={numbers()} onChange={change} />
        </Show>
        <div class={styles["list"]}>
          <div class={styles["rows"]} ref={(element) => (rows = element)}>
            <Index each={regions()}>
              {(region, index) => (
                <div
                  class={styles["region"]}
                  role="group"
                  aria-label={t.prompt.regions.region(numbers()[index]!)}
                  data-task={colourOf(numbers()[index]!)}
                >
                  <div class={styles["words"]}>
                    <span class={styles["number"]} aria-hidden="true">
                      {numbers()[index]}
                    </span>
                    <PromptField
                      label={t.prompt.regions.prompt(numbers()[index]!)}
                      rows={1}
                      value={region().prompt}
                      words={wordsOf(numbers()[index]!)}
                      onChange={(prompt) => change(index, { prompt })}
                    />
                    <button
                      class={controls["icon"]}
                      type="button"
                      aria-label={t.prompt.regions.draw(numbers()[index]!)}
                      title={t.prompt.regions.draw(numbers()[index]!)}
                      onClick={() => draw(index)}
                    >
                      <BrushIcon />
                    </button>
                    <button
                      class={controls["icon"]}
                      type="button"
                      aria-label={t.prompt.regions.remove(numbers()[index]!)}
                      title={t.prompt.regions.remove(numbers()[index]!)}
                      onClick={() => remove(index)}
                    >
                      <CloseIcon />
                    </button>
                  </div>
                  <div class={styles["sides"]}>
                    <For each={sides}>
                      {(side) => (
                        <NumberField
                          label={t.prompt.regions.sides[side]}
                          value={Math.round(region()[side] * 100)}
                          min={side === "x" || side === "y" ? 0 : limits.regionSide * 100}
                          max={100}
                          onChange={(value) => change(index, withSide(region(), side, value / 100))}
                        />
                      )}
                    </For>
                    <NumberField
                      label={t.prompt.regions.weight}
                      value={region().weight}
                      {...limits.regionWeight}
                      step={0.1}
                      onChange={(weight) => change(index, { weight })}
                    />
                  </div>
                </div>
              )}
            </Index>
          </div>
          <div class={styles["add"]} role="group" aria-label={t.prompt.regions.add}>
            <span>{isFull() ? t.prompt.regions.full(limits.regions) : t.prompt.regions.add}</span>
            <For each={Object.keys(places) as Place[]}>
              {(place) => (
                <button
                  class={`${controls["button"]} ${controls["small"]}`}
                  type="button"
                  disabled={isFull()}
                  onClick={() => add(place)}
                >
                  {t.prompt.regions.places[place]}
                </button>
              )}
            </For>
          </div>
          <Show when={regions().length > 0}>
            <div class={styles["shared"]}>
              <NumberField
                label={t.prompt.regions.baseWeight}
                value={settings.regionValues.baseWeight}
                {...limits.baseWeight}
                step={0.05}
                hint={t.prompt.regions.baseWeightHint}
                onChange={(baseWeight) => setSettings("regionValues", { baseWeight })}
              />
              <SwitchField
                label={t.prompt.regions.addPrompt}
                checked={settings.regionValues.addPrompt}
                onChange={(addPrompt) => setSettings("regionValues", { addPrompt })}
              />
            </div>
          </Show>
        </div>
      </div>
      <RegionDialog
        title={t.prompt.regions.draw(numbers()[drawn()?.index ?? 0] ?? null)}
        region={drawn()}
        onChange={(area) => {
          const { index, region } = drawn()!;
          if (regions()[index] === region) change(index, area); // a link may have brought others
        }}
        onClose={() => setDrawn(null)}
      />
    </section>
  );
}

const colourOf = (number: number | null): number | undefined =>
  number === null ? undefined : regionColour(number - 1);

const percents = (share: number): string => `${share * 100}%`;

/** The image's frame. A region is dragged to move it, at its corner to resize it; on keys, Shift resizes. */
function Frame(props: {
  readonly size: { readonly width: number; readonly height: number };
  readonly regions: readonly Region[];
  readonly numbers: readonly (number | null)[];
  readonly onChange: (index: number, region: Rectangle) => void;
}): JSX.Element {
  let frame!: HTMLDivElement;
  let drag: {
    readonly area: HTMLElement;
    readonly pointer: number;
    readonly from: Rectangle;
    readonly x: number;
    readonly y: number;
    readonly change: typeof moved;
  } | null = null;

  const begin = (event: PointerEvent, region: Rectangle): void => {
    // An area that vanishes while it is dragged does not hear of the end.
    if (event.button !== 0 || drag?.area.isConnected) return;
    const button = event.currentTarget as HTMLElement;
    button.setPointerCapture(event.pointerId);
    const atCorner = (event.target as HTMLElement).dataset["corner"] !== undefined;
    const { x, y, width, height } = region;
    drag = {
      area: button,
      pointer: event.pointerId,
      from: { x, y, width, height },
      x: event.clientX,
      y: event.clientY,
      change: atCorner ? resized : moved,
    };
  };
  const follow = (event: PointerEvent, index: number): void => {
    if (drag?.pointer !== event.pointerId) return;
    const box = frame.getBoundingClientRect();
    const by = { x: (event.clientX - drag.x) / box.width, y: (event.clientY - drag.y) / box.height };
    props.onChange(index, drag.change(drag.from, by));
  };
  const end = (event: PointerEvent): void => {
    if (drag?.pointer === event.pointerId) drag = null;
  };
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const move = arrowMoves.get(event.key);
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { x, y, width, height } = props.regions[index]!;
    const change = event.shiftKey ? resized : moved;
    props.onChange(index, change({ x, y, width, height }, { x: move.x * keyStep, y: move.y * keyStep }));
  };

  return (
    <div class={styles["stage"]}>
      <div
        ref={(element) => (frame = element)}
        class={styles["frame"]}
        style={{
          "aspect-ratio": `${props.size.width} / ${props.size.height}`,
          "--shape": props.size.width / props.size.height,
        }}
      >
        <Index each={props.regions}>
          {(region, index) => (
            <button
              type="button"
              class={styles["area"]}
              data-drawn={region().mask !== undefined}
              data-task={colourOf(props.numbers[index]!)}
              aria-label={t.prompt.regions.area(props.numbers[index]!, region())}
              aria-describedby="region-keys"
              style={{
                left: percents(region().x),
                top: percents(region().y),
                width: percents(region().width),
                height: percents(region().height),
              }}
              onPointerDown={(event) => begin(event, region())}
              onPointerMove={(event) => follow(event, index)}
              onLostPointerCapture={end}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              <Show when={region().mask}>
                {(mask) => (
                  <svg class={styles["drawn"]} viewBox="0 0 32 32" preserveAspectRatio="none">
                    <path d={maskPath(mask())} />
                  </svg>
                )}
              </Show>
              <span class={styles["label"]}>{props.numbers[index]}</span>
              <span class={styles["corner"]} data-corner="" />
            </button>
          )}
        </Index>
      </div>
      <p class={controls["hint"]} id="region-keys">
        {t.prompt.regions.keys}
      </p>
      <Show when={props.regions.some((region) => cutsOff(region, props.size))}>
        <p class={controls["hint"]} role="status">
          {t.prompt.regions.small(leastRegionView)}
        </p>
      </Show>
    </div>
  );
}
