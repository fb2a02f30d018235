/** The networks that adapters change. */
export const ADAPTER_NETWORKS = ["unet", "text_encoder"] as const;
export type AdapterNetwork = (typeof ADAPTER_NETWORKS)[number];
