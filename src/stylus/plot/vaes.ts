// The VAEs of a plot: which pack has each.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { elided } from "../../shared/untrusted-text.ts";
import type { LoadedPack, VaeChoice } from "../loaded-pack.ts";
import { axisNames, axisSayings, ownVae, readAxis, type Plot } from "./axes.ts";

/**
 * The VAE of an id, or of a file's name that begins with it ("vae-ft-mse-840000-ema-pruned.ckpt").
 * @param id null: the model's own
 */
export const vaeOf = ({ vaes }: Pick<LoadedPack, "vaes">, id: string | null): VaeChoice | undefined =>
  vaes.find((vae) => vae.id === id) ??
  vaes.find((vae) => vae.id !== null && id?.toLowerCase().startsWith(vae.id.toLowerCase()));

/** @throws StylusError bad-input: the model has no such VAE; not-found: it is not downloaded. `where` names the axis */
export function checkVaes(plot: Plot, pack: Pick<LoadedPack, "title" | "vaes">): void {
  for (const name of axisNames) {
    const read = plot[name]?.kind === "vae" ? readAxis(name, plot[name]) : null;
    if (read?.kind !== "vae") continue;
    const where = `plot.${name}`;
    if (pack.vaes.length === 0)
      throw new StylusError("bad-input", say`${pack.title} has no other VAE.`, {
        where,
        remedy: say`Choose another type for ${name.toUpperCase()}.`,
      });
    for (const [index, id] of read.values.entries()) {
      const vae = vaeOf(pack, id);
      if (!vae)
        throw new StylusError(
          "bad-input",
          say`${axisSayings.vae} on ${name.toUpperCase()} cannot be ${`“${elided(read.texts[index]!, 40)}”`}.`,
          { where, remedy: say`Use ${pack.vaes.map((each) => each.id ?? ownVae)}.` },
        );
      if (!vae.stored)
        throw new StylusError("not-found", say`${vae.title} is not downloaded.`, {
          where,
          remedy: say`Download it under Models, by the button VAE of your model.`,
        });
    }
  }
}
