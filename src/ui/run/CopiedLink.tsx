// The link to an image's settings, and what there is to say once it is copied.
import { createEffect, createSignal, onCleanup, Show, type JSX } from "solid-js";
import { isUserModel } from "../../app/packs/user-models.ts";
import { meantBy, namesIn, namesOutside } from "../../app/state/runs/run-link.ts";
import { wordsOf, type ImageView, type RunView } from "../../app/state/runs/view.ts";
import type { Studio } from "../../app/state/studio.ts";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { vaeOf } from "../../stylus/plot/vaes.ts";
import { writeLink } from "../../stylus/share-link.ts";
import controls from "../controls/controls.module.css";
import styles from "./CopiedLink.module.css";
import { t } from "../../texts/texts.ts";

/** How long it says that all is done, milliseconds; what asks for something stays. */
const saidFor = 6000;

interface Copied {
  readonly address: string;
  /** Names that it leaves out: not in the catalogue, they are those of the user's files. */
  readonly without: readonly string[];
  readonly withNames: boolean;
  /** False: the browser refused. */
  readonly done: boolean;
}

export interface CopiedLink {
  readonly copied: () => Copied | null;
  copy(options?: { readonly withNames: boolean }): Promise<void>;
}

export function createCopiedLink(
  studio: Studio,
  props: { readonly run: RunView; readonly image: ImageView },
): CopiedLink {
  const [copied, setCopied] = createSignal<Copied | null>(null);
  createEffect(() => {
    const now = copied();
    if (!now?.done || now.without.length > 0) return;
    const timer = setTimeout(() => setCopied(null), saidFor);
    onCleanup(() => clearTimeout(timer));
  });
  return {
    copied,
    async copy({ withNames } = { withNames: false }) {
      const { run, image } = props;
      const loaded = studio.pack();
      const used = image.sheet ? run.images.flatMap(adapterIdsAnywhere) : adapterIdsAnywhere(image);
      // Of a single image the words have its adapters' tags, and nothing of the axes.
      const written = image.sheet ? run.options : { ...run.options, prompt: "", regions: null, plot: null };
      const left = namesOutside([...used, ...namesIn(written)], loaded);
      const { id = "", title = "" } = run.report?.pack ?? {};
      const vae = image.vae === undefined || loaded === null ? undefined : vaeOf(loaded, image.vae);
      const ownModel = isUserModel(id) ? [title] : [];
      const shared = {
        options: image.sheet ? run.options : { ...run.options, ...image.sampling, plot: null },
        image: { ...image, ...wordsOf(image, run) },
        model: ownModel.length > 0 && !withNames ? "" : (vae?.packTitle ?? title),
      };
      const address = `${location.origin}${location.pathname}${writeLink(shared, new Set(withNames ? [] : left))}`;
      // Undefined where the page came over plain HTTP.
      const clipboard = navigator.clipboard as Clipboard | undefined;
      const done =
        clipboard !== undefined &&
        (await clipboard.writeText(address).then(
          () => true,
          () => false,
        ));
      setCopied({
        address,
        withNames,
        without: withNames ? [] : [...ownModel, ...new Set(left.map((name) => meantBy(name, loaded)))],
        done,
      });
      studio.announce(done ? (withNames ? t.run.link.copiedNames : t.run.link.copied) : t.run.link.notCopied);
    },
  };
}

export function LinkNote(props: { readonly link: CopiedLink }): JSX.Element {
  return (
    <Show when={props.link.copied()}>
      {(copied) => (
        <div class={styles["note"]}>
          <p>
            {copied().done
              ? copied().withNames
                ? t.run.link.copiedNames
                : t.run.link.copied
              : t.run.link.notCopied}
          </p>
          <Show when={!copied().done}>
            <input
              class={controls["input"]}
              readonly
              aria-label={t.run.link.address}
              value={copied().address}
              onFocus={(event) => event.currentTarget.select()}
            />
          </Show>
          <Show when={copied().without.length > 0}>
            <p>{t.run.link.without(copied().without)}</p>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => void props.link.copy({ withNames: true })}
            >
              {t.run.link.copyNames}
            </button>
          </Show>
        </div>
      )}
    </Show>
  );
}
