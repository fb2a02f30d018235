// Light or dark and the accent colour, as the embedding page wants them.
import type { WidgetSettings } from "./protocol.ts";

/** Follows the user's system until the page says otherwise. */
export function createTheme(root: HTMLElement = document.documentElement) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let theme: NonNullable<WidgetSettings["theme"]> = "auto";
  const show = (): void => {
    root.dataset["appearance"] = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  };
  dark.addEventListener("change", show);
  show();
  return (settings: WidgetSettings): void => {
    theme = settings.theme ?? "auto";
    show();
    const { accent } = settings;
    if (accent !== undefined && CSS.supports("color", accent)) {
      root.dataset["accent"] = "";
      root.style.setProperty("--accent", accent);
    } else {
      delete root.dataset["accent"];
      root.style.removeProperty("--accent");
    }
  };
}
