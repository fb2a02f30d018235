// Files of a folder that were left out, or left as they are, by reason.

export interface Skipped {
  readonly reason: string;
  readonly fileNames: readonly string[];
}

export const withSkipped = (list: readonly Skipped[], reason: string, fileName: string): Skipped[] =>
  list.some((entry) => entry.reason === reason)
    ? list.map((entry) =>
        entry.reason === reason ? { reason, fileNames: [...entry.fileNames, fileName] } : entry,
      )
    : [...list, { reason, fileNames: [fileName] }];

export const countOf = (list: readonly Skipped[]): number =>
  list.reduce((sum, { fileNames }) => sum + fileNames.length, 0);
