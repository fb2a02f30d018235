// The mask editor: brush and eraser, rectangles, what is transparent, undo; and how the masked part is painted. Closing it
// keeps what was drawn.
import { batch, createEffect, createSignal, on, Show, type JSX } from "solid-js";
import {
  invert,
  markedShare,
  MaskHistory,
  markTransparent,
  paintBox,
  type MaskImage,
} from "../../app/pictures/mask-painting.ts";
import { pictureLimits } from "../../stylus/image-options.ts";
import type { OpenMask } from "../../app/state/init-image.ts";
import controls from "../controls/controls.module.css";
import { Dialog } from "../controls/Dialog.tsx";
import { NumberField, SegmentField, SelectField } from "../controls/fields.tsx";
import { RedoIcon, UndoIcon } from "../controls/icons.tsx";
import { MaskCanvas, type Brush } from "./MaskCanvas.tsx";
import styles from "./MaskDialog.module.css";
import { fillNames, regionNames } from "../names.ts";
import { useStudio } from "../studio-context.ts";

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
        void studio.start.openMask().then((opened) => {
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
    if (drawn.history.canUndo || drawn.history.canRedo) void studio.start.saveMask(drawn);
    props.onClose();
  };
  return (
    <Dialog open={session() !== null} title="What is painted anew" wide onClose={close}>
      <Show when={session()} keyed>
        {(opened) => <Editor session={opened} onDone={close} />}
      </Show>
    </Dialog>
  );
}

/** Wheel and slider alike: in pixels of the picture. */
const brushSizes = ({ width, height }: MaskImage): { min: number; max: number; usual: number } => {
  const side = Math.max(width, height);
  return {
    min: Math.max(2, Math.round(side / 128)),
    max: Math.round(side / 3),
    usual: Math.round(side / 10),
  };
};

function Editor(props: { readonly session: Session; readonly onDone: () => void }): JSX.Element {
  const { image, mask, history } = props.session;
  const sizes = brushSizes(mask);
  const [erase, setErase] = createSignal(false);
  const [size, setSize] = createSignal(sizes.usual);
  // The mask is an array that is drawn into: this counts its changes.
  const [revision, setRevision] = createSignal(0);
  const share = (): number => (revision(), markedShare(mask));
  const changed = (): void => void setRevision((count) => count + 1);
  const change = (work: () => void): void => {
    history.remember();
    work();
    changed();
  };
  const step = (work: () => void): void => {
    work();
    changed();
  };
  const brush = (): Brush => ({ radius: size() / 2, value: erase() ? 0 : 255 });
  const hasTransparency = image.rgba.some((value, at) => at % 4 === 3 && value < 128);

  return (
    <div
      class={styles["editor"]}
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
        if (event.target instanceof HTMLInputElement && event.target.type === "number") return;
        event.preventDefault();
        step(() => (event.shiftKey ? history.redo() : history.undo()));
      }}
    >
      <MaskCanvas
        image={image}
        mask={mask}
        brush={brush()}
        revision={revision()}
        onStart={() => history.remember()}
        onChange={changed}
        onResize={(factor) =>
          setSize((value) => Math.round(Math.min(sizes.max, Math.max(sizes.min, value * factor))))
        }
      />
      <div class={styles["tools"]}>
        <div class={styles["row"]}>
          <SegmentField
            legend="Tool"
            value={erase() ? "erase" : "paint"}
            choices={[
              { value: "paint", label: "Brush" },
              { value: "erase", label: "Eraser" },
            ]}
            onChange={(tool) => setErase(tool === "erase")}
          />
          <button
            class={controls["icon"]}
            type="button"
            aria-label="Undo"
            title="Undo, Ctrl Z"
            disabled={(revision(), !history.canUndo)}
            onClick={() => step(() => history.undo())}
          >
            <UndoIcon />
          </button>
          <button
            class={controls["icon"]}
            type="button"
            aria-label="Redo"
            title="Redo, Ctrl Shift Z"
            disabled={(revision(), !history.canRedo)}
            onClick={() => step(() => history.redo())}
          >
            <RedoIcon />
          </button>
        </div>
        <label class={styles["size"]}>
          <span>
            Size <b>{size()}</b> pixels
          </span>
          <input
            class={controls["slider"]}
            type="range"
            min={sizes.min}
            max={sizes.max}
            value={size()}
            style={{ "--at": `${((size() - sizes.min) / (sizes.max - sizes.min)) * 100}%` }}
            aria-label="Size of the brush"
            onInput={(event) => setSize(event.currentTarget.valueAsNumber)}
          />
        </label>
        <div class={styles["row"]}>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => change(() => invert(mask))}
          >
            Invert
          </button>
          <button
            class={`${controls["button"]} ${controls["small"]}`}
            type="button"
            onClick={() => change(() => void mask.values.fill(0))}
          >
            Clear
          </button>
          <Show when={hasTransparency}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => change(() => void markTransparent(mask, image.rgba))}
            >
              Mark what is transparent
            </button>
          </Show>
        </div>
        <RectangleFields
          mask={mask}
          onPaint={(box, value) => change(() => void paintBox(mask, box, value))}
        />
        <Painting />
        <div class={styles["done"]}>
          <p role="status">
            {share() === 0
              ? "Nothing is marked yet: the whole picture would be painted over."
              : `${share() < 0.01 ? "Less than 1" : Math.round(share() * 100)} % of the picture is marked.`}
          </p>
          <button
            class={`${controls["button"]} ${controls["primary"]}`}
            type="button"
            onClick={() => props.onDone()}
          >
            Done
          </button>
        </div>
      </div>
    </div>
  );
}

/** The way to a mask without a pointer. */
function RectangleFields(props: {
  readonly mask: MaskImage;
  readonly onPaint: (
    box: { left: number; top: number; right: number; bottom: number },
    value: number,
  ) => void;
}): JSX.Element {
  const { width, height } = props.mask;
  const [left, setLeft] = createSignal(Math.round(width / 4));
  const [top, setTop] = createSignal(Math.round(height / 4));
  const [across, setAcross] = createSignal(Math.round(width / 2));
  const [down, setDown] = createSignal(Math.round(height / 2));
  const box = () => ({ left: left(), top: top(), right: left() + across(), bottom: top() + down() });
  return (
    <details class={styles["more"]}>
      <summary>Mark a rectangle by numbers</summary>
      <div class={styles["pair"]}>
        <NumberField label="Left" value={left()} min={0} max={width - 1} onChange={setLeft} />
        <NumberField label="Top" value={top()} min={0} max={height - 1} onChange={setTop} />
        <NumberField label="Width" value={across()} min={1} max={width} onChange={setAcross} />
        <NumberField label="Height" value={down()} min={1} max={height} onChange={setDown} />
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => props.onPaint(box(), 255)}
        >
          Mark it
        </button>
        <button
          class={`${controls["button"]} ${controls["small"]}`}
          type="button"
          onClick={() => props.onPaint(box(), 0)}
        >
          Unmark it
        </button>
      </div>
    </details>
  );
}

const choices = <Value extends string>(names: Readonly<Record<Value, string>>) =>
  (Object.entries(names) as [Value, string][]).map(([value, label]) => ({ value, label }));

/** How the masked part is painted; kept for the next mask, too. */
function Painting(): JSX.Element {
  const { settings, setSettings } = useStudio();
  const values = () => settings.startValues;
  return (
    <div class={styles["painting"]}>
      <SelectField
        label="Area"
        value={values().region}
        choices={choices(regionNames)}
        hint={
          values().region === "masked"
            ? "The marked part is cut out, painted at the full size and put back: finer, and the rest keeps its size."
            : undefined
        }
        onChange={(region) =>
          batch(() => {
            setSettings("startValues", { region: region });
            setSettings("size", null); // the two areas are painted at different sizes
          })
        }
      />
      <SelectField
        label="Painted over"
        value={values().fill}
        choices={choices(fillNames)}
        onChange={(fill) => setSettings("startValues", { fill: fill })}
      />
      <div class={styles["pair"]}>
        <NumberField
          label="Mask blur"
          value={values().blur}
          {...pictureLimits.maskBlur}
          onChange={(blur) => setSettings("startValues", { blur: blur })}
        />
        <Show when={values().region === "masked"}>
          <NumberField
            label="Padding"
            value={values().padding}
            {...pictureLimits.maskPadding}
            onChange={(padding) => setSettings("startValues", { padding: padding })}
          />
        </Show>
      </div>
    </div>
  );
}
