// The name of a model's licence, linked to its page.
import { Show, type JSX } from "solid-js";
import type { ModelEntry } from "../../app/packs/model-list.ts";
import { t } from "../../texts/texts.ts";

export function LicenseLink(props: { readonly license: NonNullable<ModelEntry["license"]> }): JSX.Element {
  const text = (): string =>
    props.license.confirmed ? t.page.license(props.license.name) : t.page.licenseOnPage(props.license.name);
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
