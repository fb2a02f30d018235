// Finished images are checked while the next is generated: what the report says of them, and that neither Stop nor a failure loses one.
import { say } from "../shared/saying.ts";
import { expect, it } from "vitest";
import { standInServices } from "../../tests/fixtures/stand-in-services.ts";
import { StylusError } from "../shared/errors.ts";
import { run } from "./run.ts";
import type { RunEvent, RunReport } from "./run-types.ts";

const finishedIn = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === "diffusion" && event.event.type === "image"
      ? [[event.event.imageIndex, event.nsfw] as const]
      : [],
  );

it("events, images and report have what was found", async () => {
  const found = [0.9, null, 0.1];
  const events: RunEvent[] = [];
  const soFar: RunReport[] = [];
  const { report, images } = await run({ prompt: "a fox", seed: 1, count: 3 }, standInServices().services, {
    check: async () => found.shift()!,
    onEvent: (event) => events.push(event),
    onReport: (value) => soFar.push(value),
  });
  expect(finishedIn(events)).toEqual([
    [0, 0.9],
    [1, null],
    [2, 0.1],
  ]);
  expect(images.map(({ nsfw }) => nsfw)).toEqual([0.9, null, 0.1]);
  expect(report.images.map(({ nsfw }) => nsfw)).toEqual([0.9, null, 0.1]);
  expect(soFar[0]!.images.map(({ nsfw }) => nsfw)).toEqual([0.9]);
  // The stage waits for the last check.
  const order = events.map((event) => (event.type === "diffusion" ? event.event.type : event.type));
  expect(order.lastIndexOf("image")).toBeLessThan(order.lastIndexOf("stage-end"));
});

it("where the check is off, nothing is said of it", async () => {
  const events: RunEvent[] = [];
  const { report } = await run({ prompt: "a fox" }, standInServices().services, {
    check: () => null,
    onEvent: (event) => events.push(event),
  });
  expect(report.images[0]).not.toHaveProperty("nsfw");
  expect(finishedIn(events)).toEqual([[0, undefined]]);
});

it("an image finished before a failure is reported with its check", async () => {
  const { services } = standInServices();
  const events: RunEvent[] = [];
  const reports: RunReport[] = [];
  let found!: (nsfw: number) => void;
  const running = run(
    { prompt: "a fox", count: 2 },
    {
      ...services,
      generate: (request, options) =>
        services.generate({ ...request, images: request.images.slice(0, 1) }, options).then(() => {
          throw new StylusError("device", say`Enough.`);
        }),
    },
    {
      check: () => new Promise((resolve) => (found = resolve)),
      onEvent: (event) => {
        events.push(event);
        if (event.type === "diffusion" && event.event.type === "stage") setTimeout(() => found(0.2));
      },
      onReport: (value) => reports.push(value),
    },
  );
  await expect(running).rejects.toMatchObject({ message: "Enough." });
  expect(finishedIn(events)).toEqual([[0, 0.2]]);
  expect(reports.at(-1)!.images.map(({ index, nsfw }) => [index, nsfw])).toEqual([[0, 0.2]]);
});
