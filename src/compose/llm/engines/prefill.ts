// Reads a question in parts, so that a cancellation gets in between and the logits of every token are never in memory together (a gigabyte for
// a large vocabulary); and starts behind what it has read before: instructions and repaired questions begin alike.
import { DynamicCache, type PreTrainedModel, type Tensor } from "@huggingface/transformers";
import { throwIfAborted } from "../../../shared/errors.ts";
import { eventLoopTurn } from "../../../shared/event-loop.ts";

/** Tokens of a question in one run of the model. */
const partTokens = 128;

interface Inputs {
  readonly input_ids: Tensor; // [1, tokens]
  readonly attention_mask: Tensor; // [1, tokens before and now]
  readonly past_key_values?: DynamicCache | null;
}

type Outputs = Record<string, Tensor>;

export interface ReadInParts {
  /** What stops reading from now on. */
  stop: AbortSignal | null;
}

const pastOf = (outputs: Outputs): DynamicCache =>
  new DynamicCache(
    Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name.startsWith("present"))
        .map(([name, tensor]) => [name.replace("present", "past_key_values"), tensor]),
    ),
  );

/** The first `tokens` of a cache: [1, heads, tokens, size] each. */
const shortened = (past: DynamicCache, tokens: number): DynamicCache =>
  new DynamicCache(
    Object.fromEntries(
      Object.entries(past).map(([name, tensor]) => [name, tensor.slice(null, null, [0, tokens], null)]),
    ),
  );

/** Replaces the forward pass of `model`, which has to run on the CPU. */
export function readInParts(model: Pick<PreTrainedModel, "forward">): ReadInParts {
  const forward = model.forward.bind(model) as (inputs: Inputs) => Promise<Outputs>;
  const control: ReadInParts = { stop: null };
  let before: { readonly ids: BigInt64Array; readonly past: DynamicCache } | null = null;

  /** The longest beginning that was read before, without the last token: its logits are wanted. */
  function known(ids: BigInt64Array): { readonly tokens: number; readonly past: DynamicCache | null } {
    if (!before) return { tokens: 0, past: null };
    const most = Math.min(before.ids.length, ids.length - 1);
    let tokens = 0;
    while (tokens < most && before.ids[tokens] === ids[tokens]) tokens += 1;
    return tokens === 0 ? { tokens, past: null } : { tokens, past: shortened(before.past, tokens) };
  }

  async function readQuestion(inputs: Inputs): Promise<Outputs> {
    const ids = inputs.input_ids.data as BigInt64Array;
    let { tokens, past } = known(ids);
    for (;;) {
      await eventLoopTurn();
      throwIfAborted(control.stop ?? undefined);
      const end = Math.min(ids.length, tokens + partTokens);
      const outputs = await forward({
        ...inputs,
        input_ids: inputs.input_ids.slice(null, [tokens, end]),
        attention_mask: inputs.attention_mask.slice(null, [0, end]),
        past_key_values: past,
      });
      tokens = end;
      past = pastOf(outputs);
      before = { ids: ids.slice(0, end), past };
      if (tokens === ids.length) return outputs;
    }
  }

  model.forward = async (inputs: Inputs): Promise<Outputs> => {
    const isQuestion = inputs.input_ids.dims[1]! > 1 && !inputs.past_key_values;
    if (isQuestion) return readQuestion(inputs);
    await eventLoopTurn(); // ONNX Runtime on WebAssembly never lets messages in between two tokens
    throwIfAborted(control.stop ?? undefined);
    return forward(inputs);
  };
  return control;
}
