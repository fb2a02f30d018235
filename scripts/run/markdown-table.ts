// Tables of the reports, in Markdown.

/** Aligns columns of words left, columns of figures right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => (/^[\d−–]/.test(rows[0]?.[index] ?? "") ? "---:" : "---"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}
