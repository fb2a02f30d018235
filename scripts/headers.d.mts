export function connectSources(manifests: readonly unknown[]): string[];
export function contentSecurityPolicyFor(sources: readonly string[]): string;
export const contentSecurityPolicy: string;
export const isolationHeaders: Record<string, string>;
export const securityHeaders: Record<string, string>;
