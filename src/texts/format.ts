// Numbers, sizes, durations, plurals and lists in the way of one language. Pure.

/** The word for each plural category that a language has; "other" in all of them. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

export interface Formats {
  /** 5000 → "5,000" */
  number(value: number): string;
  /** A strength or similarity: 0.5 → "0.50" */
  fraction(value: number): string;
  /** 0.135 → "14%" */
  percent(share: number): string;
  /** 24,117,248 → "24.1 MB": decimal units, as file managers show them. */
  bytes(bytes: number): string;
  /** An estimate: 900 → "1 sec", 75,000 → "1 min 15 sec". */
  duration(milliseconds: number): string;
  /** A measurement: 84 → "84 ms", 1400 → "1.4 sec". */
  milliseconds(milliseconds: number): string;
  /** 1 → "1 step", 2 → "2 steps" */
  counted(count: number, forms: PluralForms): string;
  /** Milliseconds since 1970 → "Nov 29, 2026" */
  date(time: number): string;
  list(items: readonly string[]): string;
}

export function createFormats(locale: string): Formats {
  const plain = new Intl.NumberFormat(locale);
  const fraction = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const plural = new Intl.PluralRules(locale);
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const unit = (name: string, digits = 0): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  const [kilobytes, megabytes, gigabytes] = [unit("kilobyte"), unit("megabyte", 1), unit("gigabyte", 2)];
  const [milliseconds, seconds, tenths, minutes] = [
    unit("millisecond"),
    unit("second"),
    unit("second", 1),
    unit("minute"),
  ];

  const duration = (value: number): string => {
    const all = Math.max(1, Math.round(value / 1000));
    if (all < 60) return seconds.format(all);
    const whole = minutes.format(Math.floor(all / 60));
    return all % 60 === 0 ? whole : `${whole} ${seconds.format(all % 60)}`;
  };
  return {
    number: (value) => plain.format(value),
    fraction: (value) => fraction.format(value),
    percent: (share) => percent.format(share),
    bytes(bytes) {
      if (bytes < 1000) return `${plain.format(bytes)} B`;
      if (bytes < 1e6) return kilobytes.format(bytes / 1e3);
      if (bytes < 1e9) return megabytes.format(bytes / 1e6);
      return gigabytes.format(bytes / 1e9);
    },
    duration,
    milliseconds(value) {
      if (value < 1) return `< ${milliseconds.format(1)}`;
      if (value < 1000) return milliseconds.format(value);
      return value < 60_000 ? tenths.format(value / 1000) : duration(value);
    },
    counted: (count, forms) => `${plain.format(count)} ${forms[plural.select(count)] ?? forms.other}`,
    date: (time) => date.format(time),
    list: (items) => list.format(items),
  };
}

/** Words that one sentence names. */
const mostQuoted = 12;

/** “fox”, “owl” and so on; the first of many, and how many more there are. */
export function quoted(words: readonly string[], more: (count: number) => string): string {
  const first = words.slice(0, mostQuoted).map((word) => `“${word}”`);
  const rest = words.length - first.length;
  return [first.join(", "), ...(rest > 0 ? [more(rest)] : [])].join(" ");
}
