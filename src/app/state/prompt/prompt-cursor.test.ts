// Words that are added go where the prompt was left, one behind the other.
import { expect, it } from "vitest";
import { createPromptCursor } from "./prompt-cursor.ts";

it("adds words where the cursor was, and at the end of a prompt that has changed since", () => {
  let prompt = "a fox, night";
  const cursor = createPromptCursor({ prompt: () => prompt, setPrompt: (text) => (prompt = text) });
  cursor.insertWords("one");
  expect(prompt).toBe("a fox, night, one");
  cursor.noteCursor(5);
  cursor.insertWords("two");
  cursor.insertWords("three");
  expect(prompt).toBe("a fox, two, three, night, one");
  prompt = "a boat on a lake at night";
  cursor.insertWords("four");
  expect(prompt).toBe("a boat on a lake at night, four");
});
