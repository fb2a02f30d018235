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
  { id: "owl", prompt: "an owl in a forest at night, neon sign", seed: 2, adapters: ["neon"] },
  { id: "castle", prompt: "a castle on a hill, stained glass", seed: 3, adapters: ["stained-glass"] },
  { id: "t-rex", prompt: "a t-rex in the desert, mosaic tiles", seed: 2, adapters: ["dinosaurs", "mosaic"] },
  { id: "penguin", prompt: "a penguin, knitted wool", seed: 11, adapters: ["knitted"] },
  { id: "unicorn", prompt: "a unicorn in a forest at sunset", seed: 3, adapters: ["unicorn"] },
  { id: "boat", prompt: "a sailboat on the sea, ukiyo-e print", seed: 11, adapters: ["ukiyo-e"] },
];
