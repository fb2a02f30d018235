// Vite bundles the packages that pages import, once, before servers of several files use the bundles at the same time.
import { openServer } from "./harness.ts";

export default async function setup(): Promise<void> {
  const server = await openServer();
  const optimizer = server.environments.client.depsOptimizer!;
  await optimizer.scanProcessing;
  await Promise.all(Object.values(optimizer.metadata.discovered).map(({ processing }) => processing));
  await server.close();
}
