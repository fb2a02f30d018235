export const root: string;
export function run(command: string, args: string[], options?: { env?: Record<string, string> }): void;
export function bin(name: string): string;
export function ensurePackages(): void;
export function siteFolder(): string;
export function ensureBuild(): void;
export function ensureBrowser(): Promise<string>;
export function browserArguments(): string[];
export function webgpuArguments(adapter: "hardware" | "software"): string[];
