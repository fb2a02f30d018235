// What a check of a language-model server found.
import type { Saying } from "../../shared/saying.ts";

/** What the check found, as data: src/texts says it. `models`: what the server has, by its own list. `Words`: a string once they are spoken. */
export type ServerCheck<Words = Saying> =
  | { readonly kind: "works"; readonly models: readonly string[] }
  /** The site's content security policy does not allow the address. */
  | { readonly kind: "blocked"; readonly origin: string }
  /** A page from https may not ask an http address of another computer. */
  | { readonly kind: "insecure" }
  /** It sends questions to another address. */
  | { readonly kind: "redirects" }
  /** Something answers there, or redirects elsewhere, which pages of this origin may not see. */
  | { readonly kind: "cors"; readonly origin: string }
  /** Nothing answers; or the browser does not tell that from `cors`. */
  | { readonly kind: "unreachable"; readonly origin: string; readonly isCertain: boolean }
  | { readonly kind: "key"; readonly hasKey: boolean }
  | { readonly kind: "noModel"; readonly models: readonly string[] }
  /** Nothing at this address speaks the protocol. */
  | { readonly kind: "noChat" }
  | { readonly kind: "refused"; readonly status: number; readonly said: string }
  | { readonly kind: "failing"; readonly why: Words }
  | { readonly kind: "silent"; readonly seconds: number };
