// The wasm-bindgen glue of voy-search, imported directly so that the wasm can be instantiated by hand (and again after a panic).
declare module "voy-search/voy_search_bg.js" {
  export { Voy } from "voy-search";
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
