// Work in a worker that is lost: a new worker starts by itself, and the work is done once more in it.
import { StylusError } from "../../shared/errors.ts";

export const isLoss = (error: unknown): error is StylusError =>
  error instanceof StylusError && error.code === "device-lost";

/**
 * @param prepare gives the new worker what the work needs of it
 * @throws StylusError device-lost when the worker is lost a second time
 */
export async function throughLoss<Value>(
  work: () => Promise<Value>,
  prepare: () => Promise<unknown> = async () => {},
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isLoss(error)) throw error;
    await prepare();
    return work();
  }
}
