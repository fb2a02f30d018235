// The composer worker's service. Rules today; a language model is another Composer behind the same call.
import type { Composition, ComposeRequest, EmbedTexts } from "./composition.ts";
import { rulesComposer } from "./rules/rules.ts";

export class ComposerService {
  /** @param embed short texts to unit vectors (EmbedderService.embed with kind "query"); over comlink a proxy */
  compose(request: ComposeRequest, embed: EmbedTexts): Promise<Composition> {
    return rulesComposer.compose(request, { embed });
  }
}
