// A button that opens the file chooser for adapter files.
import type { JSX } from "solid-js";
import { adapterExtensions } from "../app/dropped-files.ts";
import controls from "./controls.module.css";
import { PlusIcon } from "./icons.tsx";
import { useStudio } from "./studio-context.ts";

export function PickFiles(props: { readonly label: string }): JSX.Element {
  const studio = useStudio();
  let input!: HTMLInputElement;
  return (
    <>
      <button class={controls["button"]} type="button" onClick={() => input.click()}>
        <PlusIcon /> {props.label}
      </button>
      <input
        ref={(element) => (input = element)}
        type="file"
        accept={adapterExtensions}
        multiple
        hidden
        aria-label={props.label}
        onChange={() => {
          const files = [...(input.files ?? [])];
          input.value = ""; // so that the same file can be chosen again
          void studio.takeFiles(files);
        }}
      />
    </>
  );
}
