// What an adapter file is and how much of it fits: the report of src/adapters for people.
import { For, Show, type JSX } from "solid-js";
import type { AdapterReport } from "../../adapters/report.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import { counted } from "../../shared/words.ts";
import styles from "./Diagnosis.module.css";
import { familyNames } from "../names.ts";

const networkNames = { unet: "Image part (U-Net)", text_encoder: "Text part" } as const;
/** Keys shown of each group that is not used. */
const shownKeys = 8;

const numbers = (values: readonly number[]): string =>
  values.length > 6
    ? `${values[0]} to ${values.at(-1)}`
    : values.map((value) => String(Number(value.toPrecision(4)))).join(", ");

function kinds({ families }: AdapterReport): string {
  return families
    .map(({ family, modules, dora }) =>
      [`${familyNames[family]} on ${modules}`, dora > 0 ? `with DoRA on ${dora}` : ""]
        .filter(Boolean)
        .join(" "),
    )
    .join("; ");
}

export function Diagnosis(props: { readonly report: AdapterReport }): JSX.Element {
  const report = (): AdapterReport => props.report;
  const matched = () => report().matched.filter(({ modules }) => modules > 0 || report().refusal === null);
  return (
    <div class={styles["diagnosis"]}>
      <Show when={report().refusal === null && matched().length > 0}>
        <ul class={styles["parts"]}>
          <For each={matched()}>
            {({ network, modules, of }) => (
              <li>
                <span>{networkNames[network]}</span>
                <span>{modules === 0 ? "unchanged" : `${modules} of ${of} modules`}</span>
                <meter
                  min="0"
                  max={of}
                  value={modules}
                  aria-label={`${networkNames[network]}, modules changed`}
                />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <dl class={styles["facts"]}>
        <Show when={report().families.length > 0}>
          <dt>Kind</dt>
          <dd>{kinds(report())}</dd>
        </Show>
        <Show when={report().ranks.length > 0}>
          <dt>Rank</dt>
          <dd>{numbers(report().ranks)}</dd>
        </Show>
        <Show when={report().ranks.length > 0 && report().refusal === null}>
          <dt>Alpha</dt>
          <dd>{report().alphas.length > 0 ? numbers(report().alphas) : "not given, so the rank"}</dd>
        </Show>
        <Show when={report().embeddings.length > 0}>
          <dt>Words it brings</dt>
          <dd>
            {report()
              .embeddings.map(({ name, vectors }) => `${name} (${counted(vectors, "vector")})`)
              .join(", ")}
          </dd>
        </Show>
        <dt>Base model</dt>
        <dd>
          {report().base.name ??
            (report().refusal
              ? "Cannot be told from the file"
              : "None of the known ones; its sizes fit this model")}
          <Show when={report().base.evidence.length > 0}>
            <span class={styles["aside"]}>{report().base.evidence.join("; ")}</span>
          </Show>
        </dd>
        <dt>File</dt>
        <dd>
          {formatBytes(report().sizeBytes)}, {counted(report().tensors, "tensor")} in{" "}
          {report().dtypes.join(", ")}
          <Show when={report().namings.length > 0}>
            <span class={styles["aside"]}>
              {report().container === "pickle" ? "pickle, read without executing anything; " : ""}
              {report().namings.join(", ")} names
            </span>
          </Show>
        </dd>
        <Show when={report().hashes}>
          {(hashes) => (
            <>
              <dt>Hashes</dt>
              <dd class={styles["hashes"]}>
                <span>
                  AutoV2 <code>{hashes().autoV2}</code>
                </span>
                <Show when={hashes().autoV3}>
                  <span>
                    AutoV3 <code>{hashes().autoV3}</code>
                  </span>
                </Show>
              </dd>
            </>
          )}
        </Show>
        <Show when={report().triggers.length > 0}>
          <dt>Frequent tags</dt>
          <dd>
            <ul class={styles["tags"]}>
              <For each={report().triggers.slice(0, 12)}>
                {({ tag, count }) => (
                  <li>
                    {tag} <span>{count}</span>
                  </li>
                )}
              </For>
            </ul>
          </dd>
        </Show>
      </dl>
      <For each={report().warnings}>{(warning) => <p class={styles["warning"]}>{warning}</p>}</For>
      <Show when={report().unmatched.length > 0 && report().refusal === null}>
        <details>
          <summary>
            Not used:{" "}
            {counted(
              report().unmatched.reduce((sum, { keys }) => sum + keys.length, 0),
              "tensor",
            )}
          </summary>
          <ul class={styles["unmatched"]}>
            <For each={report().unmatched}>
              {({ cause, keys }) => (
                <li>
                  <p>
                    {keys.length}: {cause}
                  </p>
                  <code>{keys.slice(0, shownKeys).join("\n")}</code>
                  <Show when={keys.length > shownKeys}>
                    <p>and {keys.length - shownKeys} more</p>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
      <Show when={report().metadata.length > 0}>
        <details>
          <summary>What its trainer wrote down</summary>
          <dl class={`${styles["facts"]} ${styles["metadata"]}`}>
            <For each={report().metadata}>
              {({ label, value }) => (
                <>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </>
              )}
            </For>
          </dl>
        </details>
      </Show>
    </div>
  );
}
