// Instead of the page, inside another site's page.
import type { JSX } from "solid-js";
import { t } from "../texts/texts.ts";

export function FramedNotice(): JSX.Element {
  return (
    <p>
      {t.widget.framed.message}{" "}
      <a href={location.href} target="_blank" rel="noopener">
        {t.widget.framed.link}
      </a>
    </p>
  );
}
