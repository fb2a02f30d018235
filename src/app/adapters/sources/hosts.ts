// The sites that adapters are downloaded from by their address. The page's policy allows these hosts and no others for it.

/** Lets any page read its answers (endpoint-helpers.ts of github.com/civitai/civitai); civitai.red and civitai.green are the same site. */
export const civitaiUrl = "https://civitai.com";
export const hubUrl = "https://huggingface.co";

/** Where Civitai has its previews, and where it sends a browser that asks for a file. The hub's hosts are allowed for models already. */
export const civitaiContent: readonly string[] = [
  "https://image.civitai.com",
  "https://b2.civitai.com",
  "https://civitai-delivery-worker-prod.5ac0637cfd0766c97916cefa3764fbdf.r2.cloudflarestorage.com",
];
