// One chosen adapter: the reason, its strength, and the controls that change it.
import { createMemo, Show, type JSX } from "solid-js";
import { formulaOf } from "../../app/state/runs/view.ts";
import controls from "../controls/controls.module.css";
import { BanIcon, CloseIcon, PinIcon, UndoIcon } from "../controls/icons.tsx";
import styles from "./PickRow.module.css";
import { SampleImage } from "../controls/SampleImage.tsx";
import { useStudio } from "../studio-context.ts";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import { TriggerSets } from "../adapters/TriggerSets.tsx";
import { limits } from "../../shared/limits.ts";
import type { Reason } from "../../compose/reason.ts";
import { describeReason } from "../../texts/reason.ts";
import { t } from "../../texts/texts.ts";

/** Range of the slider; it widens for a strength outside. */
const usual = { min: 0, max: 1.5 };

export function PickRow(props: {
  readonly pick: { readonly id: string; readonly reason: Reason; readonly similarity: number | null };
  /** Index of the region that it was chosen for; absent: the whole image. */
  readonly region?: number;
}): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const id = (): string => props.pick.id;
  const card = createMemo(() => studio.card(id()));
  /** Its file on the hub, until it is downloaded. */
  const remoteFile = () => {
    const file = studio.pack()?.remote.get(id());
    return file?.stored === false ? file : null;
  };
  const title = (): string => card()?.title ?? id();
  const pinned = (): boolean => studio.pins().includes(id());
  const banned = (): boolean => studio.bans().includes(id());
  const removed = (): boolean => studio.adjustments.removed.includes(id());
  const off = (): boolean => banned() || removed();
  const reason = (): string => describeReason(props.pick.reason);
  const match = (): string | null =>
    props.pick.similarity === null ? null : t.format.fraction(props.pick.similarity);
  const byHand = (): boolean => studio.adjustments.strengths[id()] !== undefined;
  const use = createMemo(() => {
    const { region } = props;
    for (const image of region === undefined ? studio.planned() : (studio.plannedRegions()[region] ?? [])) {
      const found = image.adapters.find((adapter) => adapter.id === id());
      if (found) return { strength: found.unetStrength, formula: formulaOf(image, id()) };
    }
    return null;
  });
  const strength = (): number => studio.adjustments.strengths[id()] ?? use()?.strength ?? 0;
  const min = createMemo<number>((least) => Math.min(least, Math.floor(strength() * 100) / 100), usual.min);
  const max = createMemo<number>((most) => Math.max(most, Math.ceil(strength() * 100) / 100), usual.max);
  /** Only another value replaces what is typed. */
  const shown = createMemo(() => strength().toFixed(2));
  const setNumber = (field: HTMLInputElement): void => {
    const { valueAsNumber: typed } = field;
    if (Number.isFinite(typed)) {
      const within = Math.min(limits.adapterStrength.max, Math.max(limits.adapterStrength.min, typed));
      studio.setStrength(id(), within);
    }
    field.value = shown();
  };
  /** A finished image that uses this adapter, to compare without it. */
  const imageWithIt = createMemo(() =>
    studio.run()?.images.find((image) => {
      const { adapters } = props.region === undefined ? image : (image.regions?.[props.region] ?? image);
      return image.encoded && adapters.some((adapter) => adapter.id === id());
    }),
  );

  return (
    <li class={styles["row"]} data-off={off()}>
      <button
        class={styles["thumb"]}
        type="button"
        aria-label={t.run.pick.details(title())}
        onClick={() => openDialog(id())}
      >
        <SampleImage card={card()} />
      </button>
      <div class={styles["text"]}>
        <p class={styles["title"]}>
          <button type="button" onClick={() => openDialog(id())}>
            {title()}
          </button>
          <Show when={match() !== null && !reason().includes(match()!)}>
            <span class={styles["match"]} title={t.run.pick.match}>
              {match()}
            </span>
          </Show>
        </p>
        <p class={styles["reason"]}>
          {banned() ? t.run.pick.banned : removed() ? t.run.pick.removed : reason()}
        </p>
        <Show when={!off() && remoteFile()}>
          {(file) => <p class={styles["formula"]}>{t.run.pick.download(file().sizeBytes)}</p>}
        </Show>
        <Show when={!off() && !byHand() && /[×÷]/.test(use()?.formula ?? "")}>
          <p class={styles["formula"]}>{t.run.pick.formula(use()!.formula, strength())}</p>
        </Show>
        <Show when={!off() && (card()?.triggerWords.length ?? 0) > 0}>
          <div class={styles["triggers"]}>
            <span>{t.run.pick.triggerWords}</span>
            <TriggerSets card={card()!} />
          </div>
        </Show>
      </div>
      <Show
        when={!off()}
        fallback={
          <button
            class={`${controls["button"]} ${controls["small"]} ${styles["back"]}`}
            type="button"
            onClick={() => {
              if (banned()) studio.toggleBan(id());
              studio.restore(id());
            }}
          >
            <UndoIcon /> {t.run.pick.restore}
          </button>
        }
      >
        <div class={styles["strength"]}>
          <input
            class={controls["slider"]}
            type="range"
            min={min()}
            max={max()}
            step="0.01"
            value={strength()}
            style={{ "--at": `${((strength() - min()) / (max() - min())) * 100}%` }}
            aria-label={t.run.pick.strength(title())}
            aria-valuetext={t.format.fraction(strength())}
            onInput={(event) => studio.setStrength(id(), event.currentTarget.valueAsNumber)}
          />
          <input
            class={styles["value"]}
            type="number"
            inputmode="decimal"
            {...limits.adapterStrength}
            step="0.05"
            value={shown()}
            aria-label={t.run.pick.strengthNumber(title())}
            title={byHand() ? t.run.pick.setByYou : use()?.formula}
            onChange={(event) => setNumber(event.currentTarget)}
          />
          <Show when={byHand()}>
            <button
              class={`${controls["icon"]} ${styles["reset"]}`}
              type="button"
              aria-label={t.run.pick.reset(title())}
              title={t.run.pick.resetTitle}
              onClick={() => studio.setStrength(id(), null)}
            >
              <UndoIcon />
            </button>
          </Show>
        </div>
        <div class={styles["actions"]}>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]} ${styles["without"]}`}
            type="button"
            disabled={!imageWithIt() || studio.busy()}
            title={imageWithIt() ? t.run.pick.compareTitle : t.run.pick.notInImage}
            onClick={() => void studio.compare(imageWithIt()!.index, id())}
          >
            {t.run.pick.compare}
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.run.pick.pin(title())}
            title={pinned() ? t.run.pick.pinnedTitle : t.run.pick.pinTitle}
            aria-pressed={pinned()}
            onClick={() => studio.togglePin(id())}
          >
            <PinIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.run.pick.ban(title())}
            title={t.run.pick.banTitle}
            onClick={() => studio.toggleBan(id())}
          >
            <BanIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.run.pick.remove(title())}
            title={t.run.pick.removeTitle}
            onClick={() => {
              if (pinned()) studio.togglePin(id());
              studio.remove(id());
            }}
          >
            <CloseIcon />
          </button>
        </div>
      </Show>
    </li>
  );
}
