// Examples for Pocket, each with a picture that it made in public/examples/ID.webp: `npm run build:examples`.

export interface Example {
  readonly id: string;
  readonly prompt: string;
  /** Of its picture. */
  readonly seed: number;
  /** Adapters that it relies on: it is offered where the model has them all. */
  readonly adapters: readonly string[];
}

export const examples: readonly Example[] = [
  { id: "robot", prompt: "a robot in a meadow, clay render", seed: 1, adapters: ["robot", "clay"] },
  { id: "castle", prompt: "a castle on a hill, stained glass", seed: 1, adapters: ["stained-glass"] },
  { id: "fox", prompt: "a fox in a forest, watercolor painting", seed: 1, adapters: ["watercolour"] },
  { id: "rocket", prompt: "a rocket in space", seed: 1, adapters: ["space-travel"] },
  { id: "penguin", prompt: "a penguin in the snow", seed: 1, adapters: [] },
  { id: "dogs", prompt: "two dogs in the snow, film noir", seed: 1, adapters: ["noir"] },
];
