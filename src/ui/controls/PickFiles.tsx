// A button that opens the file chooser. Chosen files are handled like files dropped on the page.
import { Show, type JSX } from "solid-js";
import { pickOfInput } from "../../app/packs/disk-files.ts";
import controls from "./controls.module.css";
import { PlusIcon } from "./icons.tsx";
import { useStudio } from "../studio-context.ts";

export function PickFiles(props: {
  readonly label: string;
  /** Extensions or MIME types that the chooser shows. */
  readonly accept: string;
  readonly multiple?: boolean;
  /** A plus sign by default. */
  readonly icon?: JSX.Element;
  readonly quiet?: boolean;
  readonly small?: boolean;
  readonly title?: string;
}): JSX.Element {
  const studio = useStudio();
  let input!: HTMLInputElement;
  return (
    <>
      <button
        class={controls["button"]}
        classList={{ [controls["quiet"]!]: props.quiet === true, [controls["small"]!]: props.small === true }}
        type="button"
        title={props.title}
        onClick={() => input.click()}
      >
        <Show when={props.icon} fallback={<PlusIcon />}>
          {props.icon}
        </Show>
        {props.label}
      </button>
      <input
        ref={(element) => (input = element)}
        type="file"
        accept={props.accept}
        multiple={props.multiple === true}
        hidden
        aria-label={props.label}
        onChange={() => {
          const files = [...(input.files ?? [])];
          input.value = ""; // so that the same file can be chosen again
          void studio.takePick(pickOfInput(files));
        }}
      />
    </>
  );
}
