import type { ParseArgsConfig } from "node:util";

export class UsageError extends Error {}
export function parseOptions(
  spec: NonNullable<ParseArgsConfig["options"]>,
  argv?: string[],
): { values: Record<string, string | boolean | undefined>; positionals: string[] };
export function integer(name: string, text: string, range: { min: number; max: number }): number;
export function number(name: string, text: string, range: { min: number; max: number }): number;
export function oneOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice;
export function runMain(main: () => Promise<void>, help: string): Promise<void>;
