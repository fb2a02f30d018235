// The NSFW check on the page: its model, the check of each image, and which images are blurred until someone wants to see them.
import { createSignal } from "solid-js";
import type { RgbaImage } from "../../shared/request.ts";
import type { Nsfw } from "../../stylus/run-types.ts";
import { messageOf, remedyOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import { blurReason, checkedOrNull, type BlurReason } from "../images/nsfw.ts";
import type { PageServices } from "../services/ports.ts";
import { createOptionalModel, type OptionalModel } from "./optional-model.ts";
import { explain } from "../explain.ts";
import type { SettingsStore } from "./settings/stored.ts";

export interface NsfwState {
  readonly model: OptionalModel;
  /** Null: the check is off. Never rejects; `onProblem` hears why an image cannot be checked. */
  check(image: RgbaImage, onProblem: (problem: string) => void): Promise<Nsfw> | null;
  /** Why an image is blurred, even if it was made visible; null: it is not. */
  reason(nsfw: Nsfw | undefined): BlurReason | null;
  /** Why a live preview is blurred. */
  previewReason(): BlurReason | null;
  /** Whether the user wants to see an image that is blurred, until the page is closed. */
  isShown(key: string): boolean;
  toggle(key: string): void;
  /** Whether an image is blurred now: there is a reason, and nobody wants to see it, by its `key`, all the same. */
  isBlurred(nsfw: Nsfw | undefined, key: string): boolean;
}

export function createNsfwState(context: {
  readonly services: Pick<PageServices, "nsfw">;
  readonly settings: SettingsStore;
  readonly announce: (text: string) => void;
}): NsfwState {
  const { services, announce } = context;
  const [settings] = context.settings;
  const [shown, setShown] = createSignal<ReadonlySet<string>>(new Set());
  const reason: NsfwState["reason"] = (nsfw) => blurReason(nsfw, settings);
  const isShown = (key: string): boolean => shown().has(key);
  return {
    model: createOptionalModel({ service: services.nsfw, wanted: () => settings.nsfwCheck, announce }),
    check(image, onProblem) {
      if (!settings.nsfwCheck) return null;
      return checkedOrNull(
        () => services.nsfw.check(image),
        (reason) => {
          const error = explain(reason);
          onProblem(t.nsfw.problem(messageOf(error), remedyOf(error)));
        },
      );
    },
    reason,
    previewReason: () => (settings.nsfwCheck ? "pending" : null),
    isShown,
    toggle(key) {
      setShown((before) => {
        const keys = new Set(before);
        if (!keys.delete(key)) keys.add(key);
        return keys;
      });
    },
    isBlurred: (nsfw, key) => reason(nsfw) !== null && !isShown(key),
  };
}
