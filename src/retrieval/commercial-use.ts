// Whether a card's licence lets what is made with the adapter be sold: what the card says, or else the name of its licence. A reading of
// names, no legal advice: whoever sells images reads the licence itself.
import type { AdapterCard } from "./card.ts";

/** Names of licences, lower case with hyphens. */
const allowing =
  /^(?:apache|mit(?![a-z])|isc(?![a-z])|0?bsd|unlicense|wtfpl|zlib|cc0|public-domain|cc-by(?:-sa)?(?:-\d|$)|[al]?gpl|mpl|(?:bigscience-|bigcode-|creativeml-)?open-?rail|faipl|fair-ai-public)/;
const refusing = /(?:^|-)(?:nc|non-?commercial|research-only)(?:-|$)/;

const ofName = (name: string): boolean | null => {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/[\s_/()]+/g, "-");
  return refusing.test(plain) ? false : allowing.test(plain) ? true : null;
};

/**
 * Civitai's `allowCommercialUse`: a list of what is allowed, or, in older answers, the most of "None", "Image", "RentCivit", "Rent" and
 * "Sell", where each includes those before it. "Image" is the sale of images.
 */
export function civitaiCommercialUse(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  const list = Array.isArray(value) ? value.map(String) : null;
  const text = typeof value === "string" ? value.trim() : "";
  // PostgreSQL's lists come through as they are: "{Image,Rent}".
  const names = list ?? (/^[{[]|\+/.test(text) ? text.split(/[^a-z]+/i) : null);
  if (names) return names.some((name) => name.toLowerCase() === "image");
  if (/^none$/i.test(text)) return false;
  return /^(?:image|rentcivit|rent|sell)$/i.test(text) ? true : null;
}

const civitaiFlag = /allowCommercialUse\s*[=:]\s*(\{[^}]*\}|\[[^\]]*\]|[\w+]+)/i;

/** What the text of a licence says: a name, several with "or" between them, or Civitai's flags. Null: nothing. */
function ofText(license: string): boolean | null {
  const flag = civitaiFlag.exec(license);
  if (flag) return civitaiCommercialUse(flag[1]);
  const verdicts = license.split(/\s+or\s+/i).map(ofName);
  return verdicts.includes(true) ? true : verdicts.includes(false) ? false : null;
}

/** True: allowed. False: not allowed. Null: nobody says. */
export const commercialUse = (card: Pick<AdapterCard, "license" | "commercialUse">): boolean | null =>
  card.commercialUse === undefined ? ofText(card.license) : card.commercialUse;
