// Buffers, checked: WebGPU returns a buffer even where there is no memory for it, and a run on it would be wrong without an error.

import { StylusError } from "../shared/errors.ts";
import { say, verbatim, type Saying } from "../shared/saying.ts";

/**
 * What `create` makes, if the device had the memory for it.
 * @param create makes buffers and nothing that waits, so that no other work's errors are mixed in
 * @throws StylusError `device`; the buffers are destroyed
 */
export async function allocated<Value>(
  device: GPUDevice,
  create: (buffer: (descriptor: GPUBufferDescriptor) => GPUBuffer) => Value,
): Promise<Value> {
  const made: GPUBuffer[] = [];
  const filters = ["validation", "out-of-memory"] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  const value = create((descriptor) => {
    const buffer = device.createBuffer(descriptor);
    made.push(buffer);
    return buffer;
  });
  const errors = await Promise.all(filters.map(() => device.popErrorScope()));
  const error = errors.find((one) => one !== null);
  const limit = device.limits.maxStorageBufferBindingSize;
  const tooLarge = made.find(({ size, usage }) => usage & GPUBufferUsage.STORAGE && size > limit);
  const why = tooLarge
    ? say`a buffer of ${tooLarge.size} bytes is over its limit`
    : error && messageOf(error);
  if (!why) return value;
  for (const buffer of made) buffer.destroy();
  throw new StylusError("device", say`The GPU has no room for an image of this size: ${why}.`, {
    remedy: say`Close other tabs, try a smaller image, or choose the device for low VRAM under Settings.`,
  });
}

const messageOf = ({ message }: GPUError): Saying => verbatim(message.trim().replace(/\.$/u, ""));
