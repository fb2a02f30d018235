// A network as a value: nodes in execution order, with every shape known. A graph says what to compute; the back end
// decides how: memory layout, number type, fusion, kernels. The same graph runs on every back end.
//
// Inputs and outputs are float32; the back end chooses the type of everything between. An image-like hidden state
// ("map") is [B, C, H, W], tokens are [B, T, C].
//
// Inputs and outputs of the networks:
//   text encoder  token_embeddings [B, T, C] (rows of text_model.embeddings.token_embedding.weight, looked up by the caller
//                 so that textual inversions need nothing special; positions are added by the graph)
//                 → clip_skip_1 … clip_skip_N [B, T, C]: hidden states N layers from the end, final layer norm applied
//                 (clip_skip_1 is the usual last hidden state)
//   UNet          sample [B, Cin, H, W], timestep [1], encoder_hidden_states [B, T, cross] → out_sample [B, Cout, H, W]
//   VAE decoder   latent_sample [B, 4, H, W] (divided by the scaling factor) → sample [B, 3, 8H, 8W], about -1 … 1
//   VAE encoder   sample [B, 3, 8H, 8W] → moments [B, 8, H, W]: mean, then log variance (not clamped)

export type NetworkId = "unet" | "text_encoder" | "vae";

/** A tensor of the graph: an input, a parameter or a node's output. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A weight, bias or table of the checkpoint, named by its module path: `down_blocks.0.resnets.0.conv1.weight`. */
export type Parameter = Value;

/** Every operator: its inputs, attributes and outputs. */
interface Operators {
  /** 3×3 or 1×1 convolution with the weight [C′, C, k, k]. Only 1×1 may have a residual, a map added to the result. */
  Conv: {
    inputs: readonly [x: Value, weight: Parameter, bias: Parameter, residual: Value | null];
    attributes: {
      readonly stride: 1 | 2;
      /** "same": k/2 on each side; "end": 1 at the right and bottom only (the VAE encoder's downsampler). */
      readonly padding: "same" | "end";
      /** The output has few positions and many channels. A module sets this alike for all image sizes. */
      readonly smallMap: boolean;
    };
    outputs: readonly [map: Value];
  };
  /** Over the groups of a map's channels; adds `shift` [B, C] to each channel before, applies SiLU after. */
  GroupNorm: {
    inputs: readonly [x: Value, weight: Parameter, bias: Parameter, shift: Value | null];
    attributes: { readonly groups: number; readonly eps: number; readonly silu: boolean };
    outputs: readonly [map: Value];
  };
  /** Over the last axis. */
  LayerNorm: {
    inputs: readonly [x: Value, weight: Parameter, bias: Parameter];
    attributes: { readonly eps: number };
    outputs: readonly [normed: Value];
  };
  /** x + residual, and its LayerNorm. */
  AddLayerNorm: {
    inputs: readonly [x: Value, residual: Value, weight: Parameter, bias: Parameter];
    attributes: { readonly eps: number };
    outputs: readonly [normed: Value, sum: Value];
  };
  /** x [..., in] by the weight [out, in] or [out, in, 1, 1]. */
  Linear: {
    inputs: readonly [x: Value, weight: Parameter, bias: Parameter | null];
    attributes: NoAttributes;
    outputs: readonly [y: Value];
  };
  /** Scaled dot-product attention of each head, scaled by 1/√(C / heads). Causal: a token sees itself and those before. */
  Attention: {
    inputs: readonly [query: Value, key: Value, value: Value];
    attributes: { readonly heads: number; readonly causal: boolean };
    outputs: readonly [attended: Value];
  };
  /** a · GELU(b) of the two halves [a, b] of the last axis. */
  Geglu: { inputs: readonly [x: Value]; attributes: NoAttributes; outputs: readonly [gated: Value] };
  Activation: {
    inputs: readonly [x: Value];
    /** "quick_gelu" is x · sigmoid(1.702 x). */
    attributes: { readonly kind: "silu" | "gelu" | "quick_gelu" };
    outputs: readonly [y: Value];
  };
  /** a + b; b has the same shape or is broadcast along missing leading axes. */
  Add: { inputs: readonly [a: Value, b: Value]; attributes: NoAttributes; outputs: readonly [sum: Value] };
  /** Concatenates two maps along the channels. */
  Concat: { inputs: readonly [a: Value, b: Value]; attributes: NoAttributes; outputs: readonly [map: Value] };
  /** Nearest neighbour: output i reads input floor(i · in / out) along each axis. */
  Upsample: { inputs: readonly [x: Value]; attributes: NoAttributes; outputs: readonly [map: Value] };
  /** [B, C, H, W] → [B, H·W, C] */
  ToTokens: { inputs: readonly [map: Value]; attributes: NoAttributes; outputs: readonly [tokens: Value] };
  /** [B, H·W, C] → [B, C, H, W] */
  FromTokens: { inputs: readonly [tokens: Value]; attributes: NoAttributes; outputs: readonly [map: Value] };
  /** Sines and cosines of a timestep [1] → [1, C], exact to float32 for timesteps up to 1,000. */
  TimeEmbedding: {
    inputs: readonly [timestep: Value];
    attributes: { readonly flipSinToCos: boolean; readonly freqShift: number };
    outputs: readonly [embedding: Value];
  };
  /** One row [1, C] for every image of a batch → [B, C] */
  RepeatRow: { inputs: readonly [x: Value]; attributes: NoAttributes; outputs: readonly [rows: Value] };
  /** The first rows of a table [R, C]. */
  FirstRows: { inputs: readonly [table: Value]; attributes: NoAttributes; outputs: readonly [rows: Value] };
}

type NoAttributes = Readonly<Record<never, never>>;

export type Operator = keyof Operators;

/** A node of one operator. */
export type NodeOf<Op extends Operator> = {
  readonly op: Op;
  /** Its module, for messages; its parameters are `${module}.weight` and `${module}.bias`. */
  readonly module: string;
} & Readonly<Operators[Op]>;

export type GraphNode = { readonly [Op in Operator]: NodeOf<Op> }[Operator];

/** A result of the network, by the name that callers request. */
export interface GraphOutput extends Value {
  /** The value that holds it. */
  readonly value: Value;
}

export interface Graph {
  readonly network: NetworkId;
  /** Topologically sorted. */
  readonly nodes: readonly GraphNode[];
  /** Excludes parameters. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly GraphOutput[];
  /** In order of first use. */
  readonly parameters: readonly Parameter[];
}
