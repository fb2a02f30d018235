// What is written to any language model (refiner, composer): data that cannot pose as instructions, and the turn that asks to repair an answer.

/** One value as a line of JSON; "<" is escaped, so that no text can pose as mark-up of the chat. */
export const chatData = (value: object): string => JSON.stringify(value).replaceAll("<", "\\u003c");

/** The turn that asks to repair an answer. */
export const repairMessages = (
  answer: string,
  faults: readonly string[],
): readonly { readonly role: "assistant" | "user"; readonly content: string }[] => [
  { role: "assistant", content: answer },
  {
    role: "user",
    content: `That answer is not valid:\n${faults.map((fault) => `- ${fault}`).join("\n")}\nWrite the whole JSON object again, corrected. Nothing else.`,
  },
];
