// The one reader of composers' answers. It takes tasks and ids as they are written and guesses nothing; around them it tolerates what models
// do: they think aloud, use code fences, echo the schema, add keys, leave the outer object out, break off.
import { relaxedReadings, RelaxedObject, type RelaxedReading, type RelaxedValue } from "./relaxed-json.ts";

/** A task as the model wrote it, before any rule is applied. */
export interface ProposedTask {
  readonly text: string;
  readonly picks: readonly ProposedPick[];
}

export interface ProposedPick {
  readonly id: string;
  readonly reason: string;
}

export interface ReadAnswer {
  /** Null: there is no answer in the text. */
  readonly tasks: readonly ProposedTask[] | null;
  /** What is wrong with the form, in words for the model. */
  readonly faults: readonly string[];
}

export const maxReasonLength = 400;

/** Longer ones come from a model that repeats itself. */
const maxAnswerLength = 100_000;

const maxTasks = 64;
const maxPicks = 64;

/** Written where there is nothing to choose. */
const noId = /^(?:none|null|n\/a|-)?$/i;

function pickOf(id: RelaxedValue | undefined, reason: RelaxedValue | undefined = ""): ProposedPick[] {
  if (typeof id !== "string" && typeof id !== "number") return [];
  const text = String(id).trim();
  if (noId.test(text)) return [];
  return [{ id: text, reason: typeof reason === "string" ? reason.trim().slice(0, maxReasonLength) : "" }];
}

/** `[{id, reason}]`, `[id]`, `{id: reason}`, `{id, reason}` or one id. */
function picksOf(value: RelaxedValue | undefined): readonly ProposedPick[] {
  if (Array.isArray(value)) {
    return value
      .flatMap((entry) =>
        entry instanceof RelaxedObject ? pickOf(entry.all("id")[0], entry.all("reason")[0]) : pickOf(entry),
      )
      .slice(0, maxPicks);
  }
  if (value instanceof RelaxedObject) {
    const [id] = value.all("id");
    if (id !== undefined) return pickOf(id, value.all("reason")[0]);
    return value.entries.flatMap(([key, reason]) => pickOf(key, reason)).slice(0, maxPicks);
  }
  return pickOf(value);
}

/** `{text, adapters}`; null when it is none. */
function taskOf(value: RelaxedValue): ProposedTask | null {
  if (typeof value === "string") return { text: value, picks: [] };
  if (!(value instanceof RelaxedObject)) return null;
  const [text = value.all("task")[0]] = value.all("text");
  if (typeof text !== "string" || text.trim() === "") return null;
  return { text, picks: value.all("adapters").flatMap(picksOf) };
}

/** `{task: {id: reason}}` and `{task: [id, …]}`, the form of the paper's reference code. */
const tasksOfMap = (map: RelaxedObject): readonly ProposedTask[] =>
  map.entries
    // Models echo the question.
    .filter(([text]) => text.toLowerCase() !== "prompt")
    .map(([text, value]) => ({ text, picks: picksOf(value) }));

/** A JSON schema, not an answer to it. */
const isSchema = (value: RelaxedObject): boolean => {
  const [type] = value.all("type");
  return type === "object" || type === "array" || value.all("$schema").length > 0;
};

function tasksOfList(list: readonly RelaxedValue[]): ReadAnswer {
  const read = list.map(taskOf);
  const lost = read.flatMap((task, i) => (task ? [] : [`task ${i + 1} has no "text"`]));
  return { tasks: read.filter((task) => task !== null).slice(0, maxTasks), faults: lost.slice(0, 3) };
}

/** The value of "tasks", there or one level further in. */
function tasksIn(value: RelaxedReading["value"], depth = 0): ReadAnswer | null {
  if (Array.isArray(value)) {
    const [alone] = value;
    return value.length === 1 && alone instanceof RelaxedObject ? tasksIn(alone, depth + 1) : null;
  }
  const lists = value.all("tasks").filter(Array.isArray);
  if (lists.length > 0) return tasksOfList(lists.flat());
  const [map] = value.all("tasks");
  if (map instanceof RelaxedObject && !isSchema(map)) return { tasks: tasksOfMap(map), faults: [] };
  if (depth > 0) return null;
  for (const [, inner] of value.entries) {
    const found = inner instanceof RelaxedObject ? tasksIn(inner, depth + 1) : null;
    if (found) return found;
  }
  return null;
}

const isTask = (value: RelaxedValue): boolean =>
  value instanceof RelaxedObject && value.all("adapters").length > 0 && taskOf(value) !== null;

/** What stands for the answer when no object has "tasks". */
function looseTasks(readings: readonly RelaxedReading[]): ReadAnswer | null {
  const loose = readings.flatMap<RelaxedValue>(({ value }) => value).filter(isTask);
  if (loose.length > 0) return tasksOfList(loose);
  const map = readings.find(
    ({ value, fault }) => value instanceof RelaxedObject && fault === null && !isSchema(value),
  );
  return map ? { tasks: tasksOfMap(map.value as RelaxedObject).slice(0, maxTasks), faults: [] } : null;
}

function readSpoken(spoken: string): ReadAnswer {
  const readings = relaxedReadings(spoken);
  const found = readings.flatMap(({ value, fault }) => {
    const answer = tasksIn(value);
    return answer ? [{ ...answer, fault }] : [];
  });
  // Of several, a model's last word counts; one that is whole counts for more.
  const best = found.findLast(({ fault }) => fault === null) ?? found.at(-1);
  if (best) {
    const cut = best.fault === null ? [] : [`the JSON is not valid: ${best.fault}`];
    return { tasks: best.tasks, faults: [...cut, ...best.faults] };
  }
  const loose = looseTasks(readings);
  if (loose) return loose;
  const why = readings.find(({ fault }) => fault !== null)?.fault;
  return {
    tasks: null,
    faults: [why ? `the JSON is not valid: ${why}` : 'it holds no JSON object with "tasks"'],
  };
}

/** What a model thinks aloud. */
const thoughts = /<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/giu;

/** Some send only the end of the block. */
const endOfThoughts = /^[\s\S]*<\/think(?:ing)?>(?=\s*\S)/iu;

/** The tasks of an answer, also of one that is still being written. */
export function readAnswer(answer: string): ReadAnswer {
  if (answer.length > maxAnswerLength) return { tasks: null, faults: ["it is far too long"] };
  const spoken = answer.replace(thoughts, " ").replace(endOfThoughts, "");
  if (/^\s*<think(?:ing)?>/iu.test(spoken)) return { tasks: null, faults: ["it only thinks aloud"] };
  return readSpoken(spoken);
}
