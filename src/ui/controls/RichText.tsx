// A text with markup from the language files: `code`, **bold**, _title_; and {name}, filled in after the markup is read, so
// that a file name cannot be taken for markup.
import { For, type JSX } from "solid-js";

const markup = /(`[^`]+`|\*\*[^*]+\*\*|_[^_]+_)/;

export function RichText(props: {
  readonly text: string;
  readonly values?: Readonly<Record<string, string>>;
}): JSX.Element {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (placeholder, name: string) => props.values?.[name] ?? placeholder);
  return (
    <For each={props.text.split(markup)}>
      {(part) => {
        if (part.startsWith("`")) return <code>{fill(part.slice(1, -1))}</code>;
        if (part.startsWith("**")) return <b>{fill(part.slice(2, -2))}</b>;
        if (part.startsWith("_")) return <cite>{fill(part.slice(1, -1))}</cite>;
        return fill(part);
      }}
    </For>
  );
}
