// Where there is no database, as in Node and in browsers that refuse storage.
import { expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../../tests/fixtures/hashed-embedder.ts";
import { embedAdapter, embedAdapters } from "../../retrieval/index/index-writer.ts";
import { AdapterVectors } from "./adapter-vectors.ts";

it("embeds every card at every visit", async () => {
  const cards = [card("clay", "style"), card("ink", "style", { tags: ["line art"] })];
  const expected = await Promise.all(cards.map((each) => embedAdapter(each, hashedEmbedder.embed)));
  const progress: (readonly [number, number])[] = [];
  const visit = () =>
    new AdapterVectors().of(cards, {
      model: hashedEmbedder.model,
      dims: hashedEmbedder.dims,
      onCard: (done, total) => progress.push([done, total]),
      embed: async (some) => (await embedAdapters(some, hashedEmbedder.embed)).map(({ values }) => values),
    });
  for (let visits = 0; visits < 2; visits++)
    expect(await visit()).toEqual(expected.map(({ values }) => values));
  expect(progress).toEqual([
    [0, 2],
    [0, 2],
  ]);
  await new AdapterVectors().forget("clay");
});

it("tells the failure of the embedder", async () => {
  const embed = async () => {
    throw new Error("lost");
  };
  const vectors = new AdapterVectors().of([card("clay", "style")], {
    model: { sha256: "" },
    dims: 1,
    embed,
    onCard: () => {},
  });
  await expect(vectors).rejects.toThrow("lost");
});
