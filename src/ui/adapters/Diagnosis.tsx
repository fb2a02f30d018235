// The report on an adapter file: what it is and how much of it fits the model.
import { For, Show, type JSX } from "solid-js";
import { shownName } from "../../adapters/files/tensor.ts";
import { shownValue } from "../../adapters/files/metadata.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import styles from "./Diagnosis.module.css";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

/** Keys shown of each unused group. */
const shownKeys = 8;

const numbers = (values: readonly number[]): string =>
  values.length > 6
    ? t.adapters.diagnosis.range(values[0]!, values.at(-1)!)
    : values.map((value) => String(Number(value.toPrecision(4)))).join(", ");

function kinds({ families }: AdapterReport): string {
  return families
    .map(({ family, modules, dora }) => {
      const text = t.adapters.diagnosis.family(t.names.families[family], modules);
      return dora > 0 ? t.adapters.diagnosis.dora(text, dora) : text;
    })
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
                <span>{t.names.networks[network]}</span>
                <span>
                  {modules === 0 ? t.adapters.diagnosis.unchanged : t.adapters.diagnosis.modules(modules, of)}
                </span>
                <meter
                  min="0"
                  max={of}
                  value={modules}
                  aria-label={t.adapters.diagnosis.meter(t.names.networks[network])}
                />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <dl class={styles["facts"]}>
        <Show when={report().families.length > 0}>
          <dt>{t.adapters.diagnosis.type}</dt>
          <dd>{kinds(report())}</dd>
        </Show>
        <Show when={report().ranks.length > 0}>
          <dt>{t.adapters.diagnosis.rank}</dt>
          <dd>{numbers(report().ranks)}</dd>
        </Show>
        <Show when={report().ranks.length > 0 && report().refusal === null}>
          <dt>{t.adapters.diagnosis.alpha}</dt>
          <dd>{report().alphas.length > 0 ? numbers(report().alphas) : t.adapters.diagnosis.noAlpha}</dd>
        </Show>
        <Show when={report().embeddings.length > 0}>
          <dt>{t.adapters.diagnosis.embeddings}</dt>
          <dd>
            {report()
              .embeddings.map(({ name, vectors }) => t.adapters.diagnosis.embedding(name, vectors))
              .join(", ")}
          </dd>
        </Show>
        <dt>{t.adapters.diagnosis.baseModel}</dt>
        <dd>
          {report().base.name ??
            (report().refusal ? t.adapters.diagnosis.unknownBase : t.adapters.diagnosis.unlistedBase)}
          <Show when={report().base.evidence.length > 0}>
            <span class={styles["aside"]}>{report().base.evidence.map(spoken).join("; ")}</span>
          </Show>
        </dd>
        <dt>{t.adapters.diagnosis.file}</dt>
        <dd>
          {t.adapters.diagnosis.fileFacts(report().sizeBytes, report().tensors, report().dtypes)}
          <Show when={report().namings.length > 0}>
            <span class={styles["aside"]}>
              {[
                report().container === "pickle" ? t.adapters.diagnosis.pickle : "",
                t.adapters.diagnosis.namings(report().namings),
              ]
                .filter(Boolean)
                .join("; ")}
            </span>
          </Show>
        </dd>
        <Show when={report().hashes}>
          {(hashes) => (
            <>
              <dt>{t.adapters.diagnosis.hashes}</dt>
              <dd class={styles["hashes"]}>
                <span>
                  {t.adapters.diagnosis.autoV2} <code>{hashes().autoV2}</code>
                </span>
                <Show when={hashes().autoV3}>
                  <span>
                    {t.adapters.diagnosis.autoV3} <code>{hashes().autoV3}</code>
                  </span>
                </Show>
              </dd>
            </>
          )}
        </Show>
        <Show when={report().triggers.length > 0}>
          <dt>{t.adapters.diagnosis.triggers}</dt>
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
      <For each={report().warnings}>{(warning) => <p class={styles["warning"]}>{spoken(warning)}</p>}</For>
      <Show when={report().unmatched.length > 0 && report().refusal === null}>
        <details>
          <summary>
            {t.adapters.diagnosis.unused(report().unmatched.reduce((sum, { keys }) => sum + keys.length, 0))}
          </summary>
          <ul class={styles["unmatched"]}>
            <For each={report().unmatched}>
              {({ cause, keys }) => (
                <li>
                  <p>{t.adapters.diagnosis.unusedCause(keys.length, spoken(cause))}</p>
                  <code>{keys.slice(0, shownKeys).map(shownName).join("\n")}</code>
                  <Show when={keys.length > shownKeys}>
                    <p>{t.adapters.diagnosis.more(keys.length - shownKeys)}</p>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
      <Show when={report().metadata.length > 0}>
        <details>
          <summary>{t.adapters.diagnosis.metadata}</summary>
          <dl class={`${styles["facts"]} ${styles["metadata"]}`}>
            <For each={report().metadata}>
              {({ label, value }) => (
                <>
                  <dt>{label}</dt>
                  <dd>{shownValue(value)}</dd>
                </>
              )}
            </For>
          </dl>
        </details>
      </Show>
    </div>
  );
}
