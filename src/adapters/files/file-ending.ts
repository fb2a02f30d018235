// File names of adapters, by their endings.

/** Matches the ending of a file that may hold an adapter. */
export const adapterEnding = /\.(?:safetensors|pt|bin|ckpt|pth)$/i;
