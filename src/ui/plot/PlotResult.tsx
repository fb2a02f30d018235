// The plot on show: its grid while it is generated, then its sheet, with the single images folded below.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { imageFileName } from "../../app/images/image-file.ts";
import { plotLabels, vaeTitle } from "../../app/state/plot/labels.ts";
import { coverOf } from "../../app/state/runs/cover.ts";
import type { ImageView, RunView } from "../../app/state/runs/view.ts";
import { expandPlot, type ExpandedPlot } from "../../stylus/plot/cells.ts";
import { Cover } from "../controls/Cover.tsx";
import { PixelCanvas } from "../controls/PixelCanvas.tsx";
import { RichText } from "../controls/RichText.tsx";
import { createCopiedLink, LinkNote } from "../run/CopiedLink.tsx";
import { Favourite, Note } from "../run/ImageMarks.tsx";
import { createReuse, ResultActions } from "../run/ResultActions.tsx";
import caption from "../run/caption.module.css";
import { RunImages } from "../run/RunImages.tsx";
import styles from "./PlotResult.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function PlotResult(props: { readonly run: RunView }): JSX.Element {
  const expanded = createMemo(() => expandPlot(props.run.options.plot!, props.run.options));
  const [unfolded, setUnfolded] = createSignal(false);
  const done = (): number => props.run.images.filter(({ encoded }) => encoded).length;
  /** Of a kept plot some may be gone: their places are not known. */
  const isWhole = (): boolean => props.run.images.length === expanded().cells.length;
  return (
    <Show
      when={props.run.sheet}
      fallback={
        <Show when={props.run.status === "running" && isWhole()} fallback={<RunImages run={props.run} />}>
          <Grid run={props.run} expanded={expanded()} />
        </Show>
      }
    >
      {(sheet) => (
        <>
          <Sheet run={props.run} image={sheet()} expanded={expanded()} />
          <Show when={done() > 0}>
            <details
              class={styles["cells"]}
              onToggle={(event) => event.currentTarget.open && setUnfolded(true)}
            >
              <summary>{t.plot.cells(done())}</summary>
              <Show when={unfolded()}>
                <RunImages run={props.run} />
              </Show>
            </details>
          </Show>
        </>
      )}
    </Show>
  );
}

function Sheet(props: {
  readonly run: RunView;
  readonly image: ImageView;
  readonly expanded: ExpandedPlot;
}): JSX.Element {
  const studio = useStudio();
  const reuse = createReuse(props, () => t.plot.reused);
  const link = createCopiedLink(studio, props);
  const isKept = createMemo(() => studio.gallery.images().some(({ id }) => id === props.image.id));
  const url = (): string => props.image.encoded?.url ?? "";
  const alt = (): string => {
    const { columns, rows, pages } = props.expanded;
    return t.plot.sheetAlt({ prompt: props.run.options.prompt, columns, rows, pages });
  };
  return (
    <figure class={styles["sheet"]} data-status="done">
      <div class={styles["frame"]}>
        <Cover
          reason={studio.nsfw.reason(props.image.nsfw)}
          shown={studio.nsfw.isShown(props.image.id)}
          labels={{ show: t.nsfw.showPlot, blur: t.nsfw.blurPlot }}
          onToggle={() => studio.nsfw.toggle(props.image.id)}
        >
          <a href={url()} target="_blank" rel="noopener" title={t.plot.open}>
            <img src={url()} width={props.image.width} height={props.image.height} alt={alt()} />
          </a>
        </Cover>
      </div>
      <figcaption class={caption["caption"]}>
        <div class={caption["row"]}>
          <span class={caption["seed"]}>
            <RichText text={t.run.image.seed} values={{ seed: String(props.image.seed) }} />
          </span>
          <Show when={isKept()}>
            <Favourite id={props.image.id} seed={props.image.seed} />
          </Show>
          <span class={styles["actions"]}>
            <ResultActions
              reuse={reuse}
              link={link}
              url={url()}
              fileName={`plot-${imageFileName(props.image.seed, props.run.options.prompt)}`}
              labels={
                studio.nsfw.isBlurred(props.image.nsfw, props.image.id)
                  ? { ...t.plot, download: t.nsfw.downloadPlain }
                  : t.plot
              }
            />
          </span>
        </div>
        <Show when={reuse.done()}>
          <p class={styles["note"]}>{t.plot.reused}</p>
        </Show>
        <LinkNote link={link} />
        <Show when={isKept()}>
          <Note id={props.image.id} />
        </Show>
      </figcaption>
    </figure>
  );
}

/** As the sheet will be. */
function Grid(props: { readonly run: RunView; readonly expanded: ExpandedPlot }): JSX.Element {
  const studio = useStudio();
  const labels = createMemo(() =>
    plotLabels(props.expanded, {
      adapter: (id) => studio.card(id)?.title ?? id,
      vae: (id) => vaeTitle(studio.pack(), id),
    }),
  );
  const pages = (): number[] => Array.from({ length: props.expanded.pages }, (_, page) => page);
  const columns = (): number[] => Array.from({ length: props.expanded.columns }, (_, column) => column);
  const rows = (): number[] => Array.from({ length: props.expanded.rows }, (_, row) => row);
  const imageAt = (page: number, row: number, column: number): ImageView =>
    props.run.images[(page * props.expanded.rows + row) * props.expanded.columns + column]!;
  return (
    <div class={styles["grid"]} role="region" aria-label={t.plot.grid} tabindex="0">
      <For each={pages()}>
        {(page) => (
          <table>
            <Show when={labels().z[page]}>
              <caption>{labels().z[page]}</caption>
            </Show>
            <Show when={labels().x.length > 0}>
              <thead>
                <tr>
                  <Show when={labels().y.length > 0}>
                    <td />
                  </Show>
                  <For each={labels().x}>{(label) => <th scope="col">{label}</th>}</For>
                </tr>
              </thead>
            </Show>
            <tbody>
              <For each={rows()}>
                {(row) => (
                  <tr>
                    <Show when={labels().y.length > 0}>
                      <th scope="row">{labels().y[row]}</th>
                    </Show>
                    <For each={columns()}>
                      {(column) => (
                        <td>
                          <Cell
                            image={imageAt(page, row, column)}
                            label={[labels().x[column], labels().y[row], labels().z[page]]
                              .filter(Boolean)
                              .join(", ")}
                          />
                        </td>
                      )}
                    </For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        )}
      </For>
    </div>
  );
}

function Cell(props: { readonly image: ImageView; readonly label: string }): JSX.Element {
  const studio = useStudio();
  const cover = createMemo(() => coverOf(props.image, { check: studio.nsfw, variant: null }));
  const name = (): string => t.plot.cell(props.image.index + 1, props.label);
  return (
    <div
      class={styles["cell"]}
      data-status={props.image.status}
      style={{ "aspect-ratio": `${props.image.width} / ${props.image.height}` }}
    >
      <Cover
        reason={cover().reason}
        shown={studio.nsfw.isShown(cover().key)}
        labels={{
          show: `${t.nsfw.show}: ${name()}`,
          blur: `${t.nsfw.blur}: ${name()}`,
        }}
        onToggle={() => studio.nsfw.toggle(cover().key)}
        small
      >
        <Show
          when={props.image.encoded}
          fallback={
            <Show when={props.image.preview}>
              {(preview) => <PixelCanvas pixels={preview()} label={name()} />}
            </Show>
          }
        >
          {(encoded) => <img src={encoded().url} alt={name()} />}
        </Show>
      </Cover>
      <Show when={props.image.status === "sampling"}>
        <progress max={props.image.steps} value={props.image.step} aria-label={name()} />
      </Show>
    </div>
  );
}
