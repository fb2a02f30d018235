// The studio of the page, for components that are deep in the tree.
import { createContext, useContext } from "solid-js";
import { assert } from "../shared/assert.ts";
import type { Studio } from "../app/state/studio.ts";

export const StudioContext = createContext<Studio>();

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  assert(studio, "no studio around this component");
  return studio;
}
