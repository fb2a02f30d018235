// Examples for Pocket, each with an image that it generated, in public/examples (ID.webp): `npm run build:examples`.

export interface Example {
  readonly id: string;
  readonly prompt: string;
  /** Of its image. */
  readonly seed: number;
  /** Adapters that it relies on: it is offered where the model has them all. */
  readonly adapters: readonly string[];
}

export const examples: readonly Example[] = [
  { id: "owl", prompt: "an owl in a forest at night, neon sign", seed: 24, adapters: ["neon"] },
  { id: "castle", prompt: "a castle on a hill, stained glass", seed: 27, adapters: ["stained-glass"] },
  { id: "t-rex", prompt: "a t-rex in the desert, mosaic tiles", seed: 27, adapters: ["dinosaurs", "mosaic"] },
  {
    id: "kittens",
    prompt: "two kittens sharing an umbrella in the rain, watercolor painting",
    seed: 21,
    adapters: ["watercolour"],
  },
  { id: "unicorn", prompt: "a unicorn in a forest at sunset", seed: 24, adapters: ["unicorn"] },
  { id: "boat", prompt: "a sailboat on the sea, ukiyo-e print", seed: 21, adapters: ["ukiyo-e"] },
];
