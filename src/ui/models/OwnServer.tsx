// The user's own language-model server: its address, model and key, a check that says what is wrong, and its place among the models.
import { createSignal, onCleanup, Show, For, type JSX } from "solid-js";
import { ownServerEntry } from "../../app/packs/language-models.ts";
import {
  baseAddress,
  exampleAddress,
  isKey,
  ownServerId,
  type OwnServer,
} from "../../app/packs/own-server.ts";
import type { ServerCheck } from "../../compose/llm/server-check.ts";
import { answerFormats } from "../../refine/chat-server.ts";
import { toPlainError, type PlainError } from "../../shared/errors.ts";
import { spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { SelectField, TextField } from "../controls/fields.tsx";
import { CheckIcon, WarningIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import rows from "./ModelsDialog.module.css";
import styles from "./OwnServer.module.css";

const small = `${controls["button"]} ${controls["small"]}`;

export function OwnServerRow(): JSX.Element {
  const { languageModels } = useStudio();
  const [editing, setEditing] = createSignal(false);
  const texts = (): typeof t.models.ownServer => t.models.ownServer;
  const server = (): OwnServer | null => languageModels.ownServer();
  const used = (): boolean => server() !== null && languageModels.usedId() === ownServerId;
  return (
    <li class={rows["row"]} data-current={used()} aria-label={texts().title}>
      <div class={rows["about"]}>
        <h3>
          {texts().title}
          <Show when={used()}>
            <span class={rows["badge"]}>{t.models.row.inUse}</span>
          </Show>
        </h3>
        <p>{texts().summary}</p>
        <Show when={server()}>
          {(named) => (
            <p class={rows["facts"]}>
              <span class={styles["long"]}>{named().model}</span>
              <span class={styles["long"]}>{named().url}</span>
              <Show when={named().apiKey !== null}>
                <span>{texts().withKey}</span>
              </Show>
            </p>
          )}
        </Show>
        <p class={rows["fit"]}>{texts().privacy}</p>
      </div>
      <div class={rows["doing"]}>
        <Show when={!editing()}>
          <Show when={server()}>
            {(named) => (
              <Show
                when={used()}
                fallback={
                  <button
                    class={small}
                    type="button"
                    aria-label={t.models.language.action(t.models.row.use, texts().title)}
                    onClick={() => void languageModels.use(ownServerEntry(named()))}
                  >
                    {t.models.row.use}
                  </button>
                }
              >
                <button
                  class={small}
                  type="button"
                  aria-label={t.models.language.stopUsingName(texts().title)}
                  onClick={() => languageModels.stopUsing()}
                >
                  {t.models.language.stopUsing}
                </button>
              </Show>
            )}
          </Show>
          <button
            class={`${small} ${server() ? controls["quiet"] : ""}`}
            type="button"
            aria-label={t.models.language.action(server() ? texts().change : texts().name, texts().title)}
            onClick={() => setEditing(true)}
          >
            {server() ? texts().change : texts().name}
          </button>
        </Show>
      </div>
      <Show when={editing()}>
        <ServerForm onDone={() => setEditing(false)} />
      </Show>
    </li>
  );
}

function ServerForm(props: { readonly onDone: () => void }): JSX.Element {
  const { languageModels } = useStudio();
  const texts = (): typeof t.models.ownServer => t.models.ownServer;
  const kept = languageModels.ownServer();
  const [address, setAddress] = createSignal(kept?.url ?? "");
  const [model, setModel] = createSignal(kept?.model ?? "");
  const [key, setKey] = createSignal(kept?.apiKey ?? "");
  const [format, setFormat] = createSignal(kept?.format ?? "schema");
  const [checking, setChecking] = createSignal<AbortController | null>(null);
  const [found, setFound] = createSignal<ServerCheck | null>(null);
  const [models, setModels] = createSignal<readonly string[]>([]);
  const [error, setError] = createSignal<PlainError | null>(null);
  const [problem, setProblem] = createSignal<"address" | "model" | "key" | null>(null);
  onCleanup(() => checking()?.abort());

  /** What was found holds for what was asked. */
  const edit =
    <Value,>(set: (value: Value) => void) =>
    (value: Value): void => {
      checking()?.abort();
      setFound(null);
      setProblem(null);
      set(value);
    };

  function typed(): OwnServer | null {
    const url = baseAddress(address());
    const name = model().trim();
    const secret = key().trim();
    const wrong = url === null ? "address" : name === "" ? "model" : isKey(secret) ? null : "key";
    setProblem(wrong);
    if (url === null || wrong !== null) return null;
    setAddress(url);
    return { url, model: name, apiKey: secret || null, format: format() };
  }

  async function check(): Promise<void> {
    const server = typed();
    if (!server) return;
    const work = new AbortController();
    setChecking(work);
    setFound(null);
    setError(null);
    try {
      const result = await languageModels.checkOwnServer(server, work.signal);
      if (work.signal.aborted) return;
      setFound(result);
      if ("models" in result) setModels(result.models);
    } catch (reason) {
      if (!work.signal.aborted) setError(toPlainError(reason));
    } finally {
      if (checking() === work) setChecking(null);
    }
  }

  function save(event: SubmitEvent): void {
    event.preventDefault();
    const server = typed();
    if (!server) return;
    languageModels.setOwnServer(server);
    props.onDone();
  }

  return (
    <form class={styles["form"]} aria-label={texts().title} noValidate onSubmit={save}>
      <TextField
        label={texts().address}
        type="url"
        placeholder={exampleAddress}
        value={address()}
        hint={problem() === "address" ? texts().noAddress : texts().addressHint}
        onChange={edit(setAddress)}
      />
      <TextField
        label={texts().model}
        value={model()}
        suggestions={models()}
        hint={problem() === "model" ? texts().noName : texts().modelHint}
        onChange={edit(setModel)}
      />
      <TextField
        label={texts().key}
        type="password"
        value={key()}
        hint={problem() === "key" ? texts().badKey : texts().keyHint}
        onChange={edit(setKey)}
      />
      <SelectField
        label={texts().format}
        value={format()}
        choices={answerFormats.map((value) => ({
          value,
          label: texts().formats[value],
        }))}
        hint={texts().formatHint}
        onChange={edit(setFormat)}
      />
      <div class={styles["wide"]}>
        <div class={styles["actions"]}>
          <button class={`${small} ${controls["primary"]}`} type="submit">
            {texts().save}
          </button>
          <Show
            when={checking()}
            fallback={
              <button class={small} type="button" onClick={() => void check()}>
                {texts().check}
              </button>
            }
          >
            <button class={small} type="button" onClick={() => checking()?.abort()}>
              {texts().stopCheck}
            </button>
          </Show>
          <button class={`${small} ${controls["quiet"]}`} type="button" onClick={() => props.onDone()}>
            {texts().cancel}
          </button>
          <Show when={kept}>
            <ConfirmButton
              label={texts().forget}
              confirm={texts().confirmForget}
              keep={t.models.language.keep}
              quiet
              onConfirm={async () => {
                languageModels.setOwnServer(null);
                props.onDone();
              }}
            />
          </Show>
        </div>
        <div role="status">
          <Show when={checking()}>
            <p class={rows["hint"]}>{texts().checking}</p>
          </Show>
          <Show when={found()}>{(result) => <Found check={result()} model={model()} />}</Show>
        </div>
        <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      </div>
    </form>
  );
}

function Found(props: { readonly check: ServerCheck; readonly model: string }): JSX.Element {
  const texts = (): typeof t.models.ownServer => t.models.ownServer;
  const works = (): boolean => props.check.kind === "works";
  const said = (): ServerCheck<string> =>
    props.check.kind === "failing" ? { kind: "failing", why: spoken(props.check.why) } : props.check;
  /** How programs let a page in. */
  const leave = (): readonly string[] =>
    props.check.kind === "cors" || (props.check.kind === "unreachable" && !props.check.isCertain)
      ? texts().leave(props.check.origin)
      : [];
  return (
    <div class={styles["found"]} data-works={works()}>
      <p>
        <Show when={works()} fallback={<WarningIcon />}>
          <CheckIcon />
        </Show>
        <span>{texts().describe(said(), props.model)}</span>
      </p>
      <Show when={leave().length > 0}>
        <ul>
          <For each={leave()}>{(line) => <li>{line}</li>}</For>
        </ul>
      </Show>
    </div>
  );
}
