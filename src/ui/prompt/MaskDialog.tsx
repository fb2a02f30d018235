// The mask of the init image, and the inpaint settings. Closing it keeps the mask.
import { batch, createEffect, createSignal, on, Show, type JSX } from "solid-js";
import { MaskHistory } from "../../app/images/mask-drawing.ts";
import type { OpenMask } from "../../app/state/init-image.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { NumberField, SelectField } from "../controls/fields.tsx";
import { MaskEditor } from "./MaskEditor.tsx";
import styles from "./MaskDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";
import { limits } from "../../shared/limits.ts";

interface Session extends OpenMask {
  readonly history: MaskHistory;
}

export function MaskDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const [session, setSession] = createSignal<Session | null>(null);
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return;
        void studio.initImage.openMask().then((opened) => {
          if (opened) setSession({ ...opened, history: new MaskHistory(opened.mask) });
          else props.onClose();
        });
      },
    ),
  );
  const close = (): void => {
    const drawn = session();
    if (!drawn) return;
    setSession(null);
    if (drawn.history.canUndo || drawn.history.canRedo) void studio.initImage.saveMask(drawn);
    props.onClose();
  };
  return (
    <Dialog open={session() !== null} title={t.prompt.mask.title} wide onClose={close}>
      <Show when={session()} keyed>
        {(opened) => (
          <MaskEditor
            drawn={opened}
            describe={(share) => (share === 0 ? t.prompt.mask.empty : t.prompt.mask.share(share))}
            onDone={close}
          >
            <InpaintFields />
          </MaskEditor>
        )}
      </Show>
    </Dialog>
  );
}

const choices = <Value extends string>(names: Readonly<Record<Value, string>>) =>
  (Object.entries(names) as [Value, string][]).map(([value, label]) => ({ value, label }));

/** Inpaint settings; they stay for the next mask. */
function InpaintFields(): JSX.Element {
  const { settings, setSettings } = useStudio();
  const values = () => settings.startValues;
  return (
    <div class={styles["inpaint"]}>
      <SelectField
        label={t.prompt.mask.area}
        value={values().region}
        choices={choices(t.names.regions)}
        hint={values().region === "masked" ? t.prompt.mask.areaHint : undefined}
        onChange={(region) =>
          batch(() => {
            setSettings("startValues", { region });
            setSettings("size", null); // the two areas have different default sizes
          })
        }
      />
      <SelectField
        label={t.prompt.mask.content}
        value={values().fill}
        choices={choices(t.names.fills)}
        onChange={(fill) => setSettings("startValues", { fill })}
      />
      <div class={styles["pair"]}>
        <NumberField
          label={t.prompt.mask.blur}
          value={values().blur}
          {...limits.maskBlur}
          onChange={(blur) => setSettings("startValues", { blur })}
        />
        <Show when={values().region === "masked"}>
          <NumberField
            label={t.prompt.mask.padding}
            value={values().padding}
            {...limits.maskPadding}
            onChange={(padding) => setSettings("startValues", { padding })}
          />
        </Show>
      </div>
    </div>
  );
}
