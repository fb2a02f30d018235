import type { IncomingMessage, ServerResponse } from "node:http";
export function serve(
  folder: string,
  options?: {
    port?: number;
    isolated?: boolean;
    connect?: readonly string[];
    intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
  },
): Promise<{ url: string; close(): Promise<void> }>;
