// The licence of a model by name, with the page where it stands.
import { Show, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";

export function LicenseLink(props: { readonly license: NonNullable<ModelEntry["license"]> }): JSX.Element {
  const text = (): string =>
    props.license.confirmed
      ? `Licence: ${props.license.name}`
      : `Licence: ${props.license.name}, see its page`;
  return (
    <Show when={props.license.pageUrl} fallback={<span>{text()}</span>}>
      {(url) => (
        <a href={url()} target="_blank" rel="noopener noreferrer">
          {text()}
        </a>
      )}
    </Show>
  );
}
