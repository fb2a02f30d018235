// Opens the details of an adapter from anywhere on the page.
import { createContext, useContext } from "solid-js";

export const AdapterDialogContext = createContext<(id: string) => void>(() => {});

export const useAdapterDialog = (): ((id: string) => void) => useContext(AdapterDialogContext);
