// The tokens of the prompt as it stands; follows typing after a short rest. What was counted last stays until the next count is there.
import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { PromptServices, TokenCount } from "../../services/ports.ts";

const restMilliseconds = 150;

export function createTokenCount(context: {
  readonly services: PromptServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly prompt: Accessor<string>;
  readonly steps: Accessor<number>;
}): Accessor<TokenCount | null> {
  const { services, pack, prompt, steps } = context;
  const [count, setCount] = createSignal<TokenCount | null>(null);
  createEffect(
    on([prompt, steps, () => pack()?.id], ([text, evaluations, packId]) => {
      if (packId === undefined || text.trim() === "") {
        setCount(null);
        return;
      }
      let isWanted = true;
      const timer = setTimeout(() => {
        services.countTokens(text, { steps: evaluations }).then(
          (counted) => isWanted && setCount(counted),
          () => isWanted && setCount(null), // loading the model says what is wrong
        );
      }, restMilliseconds);
      onCleanup(() => {
        isWanted = false;
        clearTimeout(timer);
      });
    }),
  );
  return count;
}
