// The chosen adapters, part by part, with everything needed to change the choice.
import { createMemo, For, Show, type JSX } from "solid-js";
import { adaptersNamed, adviseOnName } from "../../stylus/adapter-names.ts";
import { countLeftOut } from "../../stylus/licensed-pack.ts";
import { readLoraTags, tagsOfNegative, type LoraTags } from "../../stylus/lora-tags.ts";
import { describeParts, describeStrength } from "./describe-strength.ts";
import type { AdapterUse } from "../../shared/request.ts";
import { english } from "../../shared/saying.ts";
import { useAdapterDialog } from "../adapters/adapter-dialog-context.ts";
import { Candidates } from "./Candidates.tsx";
import styles from "./Choice.module.css";
import controls from "../controls/controls.module.css";
import { PickRow } from "./PickRow.tsx";
import { useStudio } from "../studio-context.ts";
import { regionColour, taskColour } from "../prompt/task-colour.ts";
import { spoken } from "../../texts/sayings.ts";
import { describeBaseline, describeUnavailable } from "../../texts/reason.ts";
import { ownServerName } from "../../app/packs/own-server.ts";
import { t } from "../../texts/texts.ts";

/** Parts without adapters that are listed. */
const mostBare = 24;

const idsOf = (tags: Pick<LoraTags, "adapters">): ReadonlySet<string> =>
  new Set(tags.adapters.map(({ id }) => id));

/** Adapters of tags stand apart: there a slider would move nothing. */
const withoutTagged = <Named extends { readonly id: string }>(
  picks: readonly Named[],
  tagged: ReadonlySet<string>,
): readonly Named[] => picks.filter(({ id }) => !tagged.has(id));

export function Choice(): JSX.Element {
  const studio = useStudio();
  const composition = createMemo(() => studio.reading().composition);
  const pickedIds = createMemo(
    () => new Set(composition().tasks.flatMap((task) => task.picks.map(({ id }) => id))),
  );
  const { tags } = studio;
  const tagged = createMemo(() => idsOf(tags()));
  const extraPins = createMemo(() =>
    studio.pins().filter((id) => !pickedIds().has(id) && !tagged().has(id) && studio.card(id)),
  );
  const bareTasks = createMemo(() =>
    composition().tasks.flatMap((task, index) =>
      task.picks.length === 0 && task.text !== "" ? [{ index, words: task.text }] : [],
    ),
  );
  const hasTags = (): boolean => tags().adapters.length > 0 || tags().problems.length > 0;
  /** Whether pins or tags add adapters that no part of the prompt brought up. */
  const hasUserPicks = (): boolean => extraPins().length > 0 || tags().adapters.length > 0;
  const isEmpty = (): boolean => composition().tasks.length === 0 && extraPins().length === 0 && !hasTags();

  /** Who chooses but for a run that was brought back. */
  const ownChooser = () => {
    const { method, composer } = studio.settings;
    return method === "stylus" ? composer : method;
  };
  /** Whether the choosing for the prompt as it stands has ended. */
  const isChosen = (): boolean =>
    studio.reading().prompt === studio.words().prompt &&
    composition().composer.kind !== "none" &&
    composition().pending !== true;

  const whyEmpty = (): string => {
    if (studio.settings.prompt.trim() === "") return t.run.choice.emptyPrompt;
    if (studio.options().method === "sd") return studio.restored() === "next" ? "" : t.run.choice.off;
    if (studio.pack()?.cards.length === 0) return t.run.choice.noCards;
    return isChosen() ? t.run.choice.noneNeeded : t.run.choice.reading;
  };

  const chosenBy = (): string => {
    if (composition().pending) return t.run.choice.choosing;
    const { kind, name } = composition().composer;
    if (kind === "none" && hasUserPicks()) return t.run.choice.byYou;
    if (kind === "llm")
      return name === english(ownServerName) ? t.run.choice.byOwnServer : t.run.choice.byModel(name);
    if (kind === "rules") return t.run.choice.byRules;
    if (kind === "reader") return t.run.choice.byReader;
    return describeBaseline(name) || t.run.choice.byYou;
  };

  return (
    <section class={styles["choice"]} aria-labelledby="choice-title">
      <header class={styles["head"]}>
        <h2 id="choice-title">{t.run.choice.title}</h2>
        <Show when={composition().composer.kind !== "none" || !isEmpty()}>
          <span class={styles["by"]}>{chosenBy()}</span>
        </Show>
      </header>
      <Show when={composition().composer.instead}>
        {(why) => <p class={styles["instead"]}>{describeUnavailable(why())}</p>}
      </Show>

      <Show when={studio.restored()}>
        {(state) => (
          <div class={styles["restored"]} role="status">
            <span>{t.run.choice.restored[state()](ownChooser())}</span>
            <Show when={state() === "next"}>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => studio.setSettings("restored", null)}
              >
                {t.run.choice.restored.now}
              </button>
            </Show>
          </div>
        )}
      </Show>

      <Show when={studio.adjusted()}>
        <div class={styles["pending"]}>
          <span>{t.run.choice.pending}</span>
          <button
            class={`${controls["button"]} ${controls["primary"]} ${controls["small"]}`}
            type="button"
            disabled={studio.busy()}
            onClick={() => void studio.generate({ keepSeed: true })}
          >
            {t.run.choice.regenerate}
          </button>
        </div>
      </Show>

      <Show when={!isEmpty()} fallback={<p class={styles["none"]}>{whyEmpty()}</p>}>
        <ol class={styles["tasks"]}>
          <For each={composition().tasks}>
            {(task, index) => (
              <Show when={withoutTagged(task.picks, tagged()).length > 0}>
                <li class={styles["task"]} data-task={task.text === "" ? undefined : taskColour(index())}>
                  <Show when={task.text !== ""}>
                    <h3 class={styles["part"]}>
                      <Part number={index() + 1} words={task.text} />
                    </h3>
                  </Show>
                  <ul class={styles["picks"]}>
                    <For each={withoutTagged(task.picks, tagged())}>{(pick) => <PickRow pick={pick} />}</For>
                  </ul>
                </li>
              </Show>
            )}
          </For>
          <Show when={extraPins().length > 0}>
            <li class={styles["task"]}>
              <h3 class={styles["part"]}>{t.run.choice.pinned}</h3>
              <ul class={styles["picks"]}>
                <For each={extraPins()}>
                  {(id) => <PickRow pick={{ id, reason: t.run.choice.pinReason, similarity: null }} />}
                </For>
              </ul>
            </li>
          </Show>
          <Show when={hasTags()}>
            <li class={styles["task"]}>
              <h3 class={styles["part"]}>{t.run.choice.tagged}</h3>
              <Tags of={tags()} />
            </li>
          </Show>
        </ol>
        <Show when={bareTasks().length > 0 && !isChosen()}>
          <p class={styles["bare"]}>{t.run.choice.reading}</p>
        </Show>
        <Show when={bareTasks().length > 0 && isChosen()}>
          <p class={styles["bare"]}>
            <span>
              {bareTasks().length === composition().tasks.length && hasUserPicks()
                ? t.run.choice.noOther
                : t.run.choice.base}
            </span>
            <For each={bareTasks().slice(0, mostBare)}>
              {({ index, words }) => (
                <span data-task={taskColour(index)}>
                  <Part number={index + 1} words={words} />
                </span>
              )}
            </For>
            <Show when={bareTasks().length > mostBare}>
              <span>{t.run.choice.more(bareTasks().length - mostBare)}</span>
            </Show>
          </p>
        </Show>
      </Show>

      <For each={studio.options().regions?.areas ?? []}>
        {(area, index) => <RegionChoice number={index() + 1} prompt={area.prompt} />}
      </For>

      <For each={tagsOfNegative(studio.settings.negativePrompt)}>
        {(tag) => <p class={styles["problem"]}>{t.prompt.negativeTag(tag)}</p>}
      </For>

      <Show when={studio.bans().length > 0}>
        <p class={styles["bare"]}>
          <span>{t.run.choice.banned}</span>
          <For each={studio.bans()}>
            {(id) => (
              <span>
                {studio.card(id)?.title ?? id}
                <button class={styles["allow"]} type="button" onClick={() => studio.toggleBan(id)}>
                  {t.run.choice.unban}
                </button>
              </span>
            )}
          </For>
        </p>
      </Show>

      <Show when={studio.pack()?.leftOut.length ? studio.pack() : null}>
        {(pack) => <p class={styles["bare"]}>{t.adapters.licence.leftOut(countLeftOut(pack()))}</p>}
      </Show>

      <Candidates />
    </section>
  );
}

/** What a region adds to the adapters of the image. */
function RegionChoice(props: { readonly number: number; readonly prompt: string }): JSX.Element {
  const studio = useStudio();
  const region = (): number => props.number - 1;
  const tags = createMemo(() => readLoraTags(props.prompt, studio.pack()?.cards));
  const chosen = () => studio.reading().regions[region()]?.tasks.flatMap((task) => task.picks) ?? [];
  const picks = createMemo(() => withoutTagged(chosen(), idsOf(tags())));
  const isRead = (): boolean => studio.reading().regions[region()] !== undefined;
  return (
    <section
      class={styles["region"]}
      aria-label={t.prompt.regions.region(props.number)}
      data-task={regionColour(region())}
    >
      <h3 class={styles["part"]}>
        <span>{t.prompt.regions.region(props.number)}</span>
        <span class={styles["words"]}>{tags().text.trim()}</span>
      </h3>
      <Show when={picks().length > 0}>
        <ul class={styles["picks"]}>
          <For each={picks()}>{(pick) => <PickRow pick={pick} region={region()} />}</For>
        </ul>
      </Show>
      <Tags of={tags()} />
      <Show when={picks().length === 0 && tags().adapters.length === 0}>
        <p class={styles["sameAdapters"]}>
          {isRead() || studio.options().method === "sd" ? t.run.choice.regionAsImage : t.run.choice.reading}
        </p>
      </Show>
    </section>
  );
}

/** The adapters of tags, and what is wrong with others. */
function Tags(props: { readonly of: Pick<LoraTags, "adapters" | "problems"> }): JSX.Element {
  const studio = useStudio();
  const openDialog = useAdapterDialog();
  const isLeftOut = (name: string): boolean => adaptersNamed(name, studio.pack()?.leftOut ?? []).length > 0;
  const describeTag = (use: AdapterUse): string => {
    const pack = studio.pack();
    if (pack && isLeftOut(use.id)) return t.adapters.licence.leftOutTag;
    if (pack && !studio.card(use.id))
      return t.run.choice.unknownTag(spoken(adviseOnName(use.id, pack.cards)));
    const userAdapter = pack?.userAdapters.get(use.id);
    const strength = describeStrength(use);
    return [strength, userAdapter && describeParts(use, userAdapter.report)].filter(Boolean).join(". ");
  };
  return (
    <>
      <Show when={props.of.adapters.length > 0}>
        <ul class={styles["tags"]}>
          <For each={props.of.adapters}>
            {(use) => (
              <li data-unknown={studio.pack() !== null && (isLeftOut(use.id) || !studio.card(use.id))}>
                <Show when={studio.card(use.id)} fallback={<span>{use.id}</span>}>
                  {(card) => (
                    <button type="button" onClick={() => openDialog(use.id)}>
                      {card().title}
                    </button>
                  )}
                </Show>
                <span>{describeTag(use)}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <For each={props.of.problems}>{(problem) => <p class={styles["problem"]}>{spoken(problem)}</p>}</For>
    </>
  );
}

function Part(props: { readonly number: number; readonly words: string }): JSX.Element {
  return (
    <>
      <span class={styles["number"]}>{props.number}</span>
      <span class={styles["words"]}>{props.words}</span>
    </>
  );
}
