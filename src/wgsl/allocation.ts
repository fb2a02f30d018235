// Buffers, checked: WebGPU returns a buffer even where there is no memory for it, and a run on it would be wrong without an error.

import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

export type CreateBuffer = (label: string, sizeBytes: number, usage: GPUBufferUsageFlags) => GPUBuffer;

/**
 * What `create` makes, and its buffers, if the device had the memory for them.
 * @param create makes objects of the device and nothing that waits, so that no other work's errors are mixed in
 * @throws StylusError `memory`; Error for anything else that the device rejects; what `create` throws. No buffer is left then
 */
export async function allocated<Value>(
  device: GPUDevice,
  create: (buffer: CreateBuffer) => Value,
): Promise<{ readonly value: Value; readonly buffers: readonly GPUBuffer[] }> {
  const buffers: GPUBuffer[] = [];
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let errors: Promise<(GPUError | null)[]>;
  try {
    let value: Value;
    try {
      value = create((label, sizeBytes, usage) => {
        const buffer = device.createBuffer({ label, size: Math.ceil(sizeBytes / 16) * 16, usage });
        buffers.push(buffer);
        return buffer;
      });
    } finally {
      errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    }
    const [full, invalid] = await errors;
    if (full || buffers.some((buffer) => isTooLarge(buffer, device))) throw noRoom(full);
    if (invalid) throw new Error(invalid.message);
    return { value, buffers };
  } catch (error) {
    destroy(buffers);
    throw error;
  }
}

export function destroy(buffers: readonly GPUBuffer[]): void {
  for (const buffer of buffers) buffer.destroy();
}

export const isNoRoom = (error: unknown): boolean => error instanceof StylusError && error.code === "memory";

const noRoom = (cause: unknown): StylusError =>
  new StylusError("memory", say`The GPU has no room for an image of this size.`, {
    remedy: say`Choose a smaller image, switch on “Tiled VAE (less memory)” or choose the device for low VRAM under Settings, and close other tabs and programs that use the GPU.`,
    cause,
  });

function isTooLarge({ size, usage }: GPUBuffer, { limits }: GPUDevice): boolean {
  const most = usage & GPUBufferUsage.STORAGE ? limits.maxStorageBufferBindingSize : limits.maxBufferSize;
  return size > most;
}
