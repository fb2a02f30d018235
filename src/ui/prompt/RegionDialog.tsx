// A region while it is drawn, in the frame of the image with the other regions. Closing it keeps what is drawn.
import { createMemo, Show, type JSX } from "solid-js";
import { blankMask, MaskHistory } from "../../app/images/mask-drawing.ts";
import { drawnMask, regionOfMask } from "../../app/images/drawn-region.ts";
import type { RegionArea, RgbaImage } from "../../shared/request.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { MaskEditor } from "./MaskEditor.tsx";
import { t } from "../../texts/texts.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface RegionInHand {
  readonly area: RegionArea;
  readonly others: readonly RegionArea[];
  readonly size: Size;
}

export function RegionDialog(props: {
  readonly title: string;
  /** Null: closed. */
  readonly region: RegionInHand | null;
  readonly onChange: (area: RegionArea) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const session = createMemo(() => {
    if (props.region === null) return null;
    const { area, others, size } = props.region;
    const mask = area.mask === undefined ? blankMask(size) : drawnMask(area, size);
    return { area, image: frameOf({ area, others, size }), mask, history: new MaskHistory(mask) };
  });
  const close = (): void => {
    const drawn = session();
    if (drawn && (drawn.history.canUndo || drawn.history.canRedo))
      props.onChange(regionOfMask(drawn.mask) ?? { ...drawn.area, mask: undefined });
    props.onClose();
  };
  return (
    <Dialog open={session() !== null} title={props.title} wide onClose={close}>
      <Show when={session()} keyed>
        {(drawn) => <MaskEditor drawn={drawn} describe={t.prompt.regions.covered} onDone={close} />}
      </Show>
    </Dialog>
  );
}

const greys = { paper: 232, rectangle: 250, others: 200 };

/** The paper to draw on: where the region's rectangle is, and other regions are. */
function frameOf({ area, others, size }: RegionInHand): RgbaImage {
  const rgba = new Uint8ClampedArray(4 * size.width * size.height).fill(255);
  const { values: rectangle } = drawnMask({ ...area, mask: undefined }, size);
  const masks = others.map((other) => drawnMask(other, size).values);
  for (let i = 0; i < size.width * size.height; i++) {
    const isOther = masks.some((values) => values[i]! > 0);
    const grey = isOther ? greys.others : rectangle[i]! > 0 ? greys.rectangle : greys.paper;
    rgba.fill(grey, 4 * i, 4 * i + 3);
  }
  return { ...size, rgba };
}
