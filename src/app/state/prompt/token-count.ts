// The tokens of a prompt as it stands; follows typing after a short rest. What was counted last stays until the next count is there.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { PromptServices, TokenCount } from "../../services/ports.ts";

const restMilliseconds = 150;

export function createTokenCount(context: {
  readonly services: PromptServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly prompt: Accessor<string>;
  readonly steps: Accessor<number>;
}): Accessor<TokenCount | null> {
  const { services, pack, steps } = context;
  const prompt = createMemo(context.prompt); // what it is made of may change and leave it as it is
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
