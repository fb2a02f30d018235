// File name extensions of adapters.

/** Matches the extension of a file that may contain an adapter. */
export const adapterEnding = /\.(?:safetensors|pt|bin|ckpt|pth)$/i;
