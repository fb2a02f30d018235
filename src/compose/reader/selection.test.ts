// The best set of adapters whose claims do not overlap: exact, and explained.
import { describe, expect, it } from "vitest";
import { type Offer, select, servedTokens } from "./selection.ts";

const offer = (id: string, wanted: number, tokens: number[], more: Partial<Offer> = {}): Offer => ({
  id,
  wanted,
  tokens: new Set(tokens),
  isStyle: false,
  threshold: 0.7,
  pinned: false,
  ...more,
});
const style = { isStyle: true };
const pick = (offers: Offer[], styles = 2) => {
  const { chosen, refused } = select(offers, { styles });
  return {
    chosen: chosen.map(({ id }) => id),
    refused: Object.fromEntries(refused.map(({ id, why }) => [id, why])),
  };
};

describe("select", () => {
  it("takes what is likely enough, best first", () => {
    const { chosen, refused } = pick([offer("a", 0.8, [1]), offer("b", 0.95, [2]), offer("c", 0.69, [3])]);
    expect(chosen).toEqual(["b", "a"]);
    expect(refused).toEqual({ c: { kind: "below" } });
  });

  it("takes an adapter at the threshold exactly", () => {
    expect(pick([offer("a", 0.7, [1])]).chosen).toEqual(["a"]);
  });

  it("gives words to one adapter only", () => {
    expect(pick([offer("a", 0.9, [1, 2]), offer("b", 0.99, [2])])).toEqual({
      chosen: ["b"],
      refused: { a: { kind: "words", of: "b" } },
    });
  });

  it("lets claims share up to half of the smaller", () => {
    expect(pick([offer("a", 0.9, [1, 2]), offer("b", 0.99, [2, 3, 4])]).chosen).toEqual(["b", "a"]);
  });

  it("prefers two good adapters to the best one that would claim the words of both", () => {
    const both = offer("both", 0.97, [1, 2]);
    expect(pick([both, offer("a", 0.95, [1]), offer("b", 0.95, [2])]).chosen).toEqual(["a", "b"]);
    expect(pick([both, offer("a", 0.75, [1]), offer("b", 0.75, [2])]).chosen).toEqual(["both"]);
  });

  it("keeps to the number of styles", () => {
    const styles = [offer("a", 0.9, [1], style), offer("b", 0.95, [2], style), offer("c", 0.8, [3])];
    expect(pick(styles, 1)).toEqual({ chosen: ["b", "c"], refused: { a: { kind: "styles" } } });
    expect(pick(styles, 2).chosen).toEqual(["b", "a", "c"]);
    const others = [3, 4, 5].map((n) => offer(`o${n}`, 0.9, [n]));
    expect(pick([...others, offer("a", 0.8, [1], style)], 1).chosen).toEqual(["o3", "o4", "o5", "a"]);
  });

  it("takes five at most", () => {
    const many = [1, 2, 3, 4, 5, 6].map((n) => offer(`a${n}`, 0.9 + n / 100, [n]));
    expect(pick(many)).toEqual({ chosen: ["a6", "a5", "a4", "a3", "a2"], refused: { a1: { kind: "full" } } });
  });

  it("orders equal ones by their ids", () => {
    for (const ids of [
      ["a", "b"],
      ["b", "a"],
    ])
      expect(pick(ids.map((id, token) => offer(id, 0.9, [token]))).chosen).toEqual(["a", "b"]);
  });

  it("counts a pin among the styles, but not among the five", () => {
    const pinned = offer("pin", 0.3, [9], { ...style, pinned: true });
    expect(pick([pinned, offer("a", 0.9, [1], style)], 1)).toEqual({
      chosen: ["pin"],
      refused: { a: { kind: "styles" } },
    });
    const many = [1, 2, 3, 4, 5, 6].map((n) => offer(`a${n}`, 0.9 + n / 100, [n]));
    expect(pick([pinned, ...many]).chosen).toEqual(["a6", "a5", "a4", "a3", "a2", "pin"]);
  });

  it("keeps a pin whatever the reader says, with its words", () => {
    const pinned = offer("pin", 0.3, [1], { pinned: true });
    expect(pick([pinned, offer("a", 0.99, [1]), offer("b", 0.9, [2])])).toEqual({
      chosen: ["b", "pin"],
      refused: { a: { kind: "words", of: "pin" } },
    });
  });
});

describe("servedTokens", () => {
  it("counts those with an even chance, else the likeliest", () => {
    expect([...servedTokens(Float32Array.of(0.2, 0.6, 0.9))]).toEqual([1, 2]);
    expect([...servedTokens(Float32Array.of(0.2, 0.4, 0.3))]).toEqual([1]);
    expect([...servedTokens(Float32Array.of(0.5, 0.75))]).toEqual([1]);
    expect([...servedTokens(new Float32Array(0))]).toEqual([]);
  });
});
