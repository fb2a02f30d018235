// Keys, how it works, what is not there yet, and how the page looks.
import { For, type JSX } from "solid-js";
import { keyList } from "../app/state/commands.ts";
import type { Appearance } from "../app/state/settings.ts";
import controls from "./controls/controls.module.css";
import { Dialog } from "./controls/Dialog.tsx";
import { SegmentField } from "./controls/fields.tsx";
import styles from "./HelpDialog.module.css";
import { useStudio } from "./studio-context.ts";

export function HelpDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  return (
    <Dialog open={props.open} title="Help and keys" onClose={() => props.onClose()}>
      <div class={styles["body"]}>
        <section>
          <h3>Keys</h3>
          <dl class={styles["keys"]}>
            <For each={keyList}>
              {(entry) => (
                <>
                  <dt>
                    <For each={entry.keys}>{(key) => <kbd class={controls["kbd"]}>{key}</kbd>}</For>
                  </dt>
                  <dd>{entry.what}</dd>
                </>
              )}
            </For>
          </dl>
        </section>
        <section>
          <h3>How it works</h3>
          <p>
            The prompt is compared with the descriptions of all adapters. It is cut into parts, each part gets
            the adapters that fit it, each picture of a batch may use a different mix, and the strengths are
            kept within a budget. This is the method of the paper{" "}
            <cite>Stylus: Automatic Adapter Selection for Diffusion Models</cite> (arXiv 2404.18928).
          </p>
          <p>
            Prompts may hold <code>(emphasis:1.2)</code> and <code>&lt;lora:name:0.8&gt;</code>. Such a tag
            also takes separate weights for text and picture (<code>:0.3:0.8</code>), weights by block (
            <code>:lbw=OUTALL</code>) and steps (<code>:start=2:stop=12</code>). Lists of block weights and
            presets such as OUTALL count the blocks of Stable Diffusion 1.5; Pocket has fewer, so name its
            blocks there (<code>:lbw=IN03=0.5,M00=0</code>). Strengths of several tags for one adapter add up.
            Downloaded pictures carry prompt, seed, settings and adapters in the form that other tools read;
            drop such a picture on this page to take its settings over.
          </p>
          <p>
            Drop, paste or choose any picture to start from it. The lower the strength, the more of it stays;
            a mask says which part is painted anew. A second pass, in the settings, paints a picture again at
            a larger size.
          </p>
          <p>
            LoRA files of your own (.safetensors, .pt, .bin) can be dropped on the page, too. Each is examined
            and joins the adapters when it fits the model.
          </p>
          <p>
            Pocket, the model that comes with this page, is small and trained on simple scenes. Stable
            Diffusion 1.5 and community checkpoints are under Models, at full size: downloaded from their hub
            when you say so, or read from your disk. The hub then sees what is downloaded, never what you
            write.
          </p>
        </section>
        <section>
          <h3>Not there yet</h3>
          <ul class={styles["list"]}>
            <li>A language model that finds the parts. They are found by rules.</li>
          </ul>
        </section>
        <section>
          <h3>Appearance</h3>
          <SegmentField<Appearance>
            legend="Appearance"
            value={studio.settings.appearance}
            choices={[
              { value: "system", label: "As the system" },
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
            onChange={(appearance) => studio.setSettings("appearance", appearance)}
          />
        </section>
      </div>
    </Dialog>
  );
}
