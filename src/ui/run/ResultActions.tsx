// What one does with a finished image or sheet: take its settings back, copy its link, save it.
import { createSignal, type Accessor, type JSX } from "solid-js";
import { optionsToReuse, type ImageView, type RunView } from "../../app/state/runs/view.ts";
import controls from "../controls/controls.module.css";
import { DownloadIcon, LinkIcon, ReuseIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import type { CopiedLink } from "./CopiedLink.tsx";

/** How long a button says that it has done its work, milliseconds. */
const saidFor = 2000;

export interface Reuse {
  /** For a while after it. */
  readonly done: Accessor<boolean>;
  run(): void;
}

/** @param said what is announced */
export function createReuse(
  props: { readonly run: RunView; readonly image: ImageView },
  said: () => string,
): Reuse {
  const studio = useStudio();
  const [done, setDone] = createSignal(false);
  return {
    done,
    run() {
      studio.useSettings(optionsToReuse(props.image, props.run));
      setDone(true);
      setTimeout(() => setDone(false), saidFor);
      studio.announce(said());
    },
  };
}

export function ResultActions(props: {
  readonly reuse: Reuse;
  readonly link: CopiedLink;
  readonly url: string;
  readonly fileName: string;
  readonly labels: { readonly reuse: string; readonly download: string };
}): JSX.Element {
  return (
    <>
      <button
        class={controls["icon"]}
        type="button"
        aria-label={props.labels.reuse}
        title={props.labels.reuse}
        onClick={() => props.reuse.run()}
      >
        <ReuseIcon />
      </button>
      <button
        class={controls["icon"]}
        type="button"
        aria-label={t.run.link.copy}
        title={t.run.link.copy}
        onClick={() => void props.link.copy()}
      >
        <LinkIcon />
      </button>
      <a
        class={controls["icon"]}
        href={props.url}
        download={props.fileName}
        aria-label={props.labels.download}
        title={props.labels.download}
      >
        <DownloadIcon />
      </a>
    </>
  );
}
