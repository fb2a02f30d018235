// widget.json beside widget.html: who may embed the widget, and how often a page may ask it for images. The host of the site edits it.
import * as v from "valibot";

const hostSchema = v.object({
  /** Origins ("https://blog.example"), or "*": every page. The site's own pages always may. */
  allowedOrigins: v.optional(
    v.array(
      v.union([
        v.literal("*"),
        v.pipe(
          v.string(),
          v.check(
            (text) => !text.includes("*") && URL.canParse(text) && new URL(text).origin === text,
            "An origin has a scheme, a whole host and perhaps a port, and nothing after them: https://blog.example",
          ),
        ),
      ]),
    ),
    ["*"],
  ),
  generationsPerMinute: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(600)), 10),
});
export type HostSettings = v.InferOutput<typeof hostSchema>;

/** @throws ValiError naming the field */
export const parseHostSettings = (json: unknown): HostSettings => v.parse(hostSchema, json);

/** A file that cannot be read means nobody but the site itself: a typing error must not open what was meant to be closed. */
const closed: HostSettings = { ...parseHostSettings({}), allowedOrigins: [] };

/** What widget.json says; the defaults where the host has none. */
export async function readHostSettings(read: () => Promise<Response>): Promise<HostSettings> {
  try {
    const response = await read();
    if (response.status === 404) return parseHostSettings({});
    if (!response.ok) throw new Error(`status ${response.status}`);
    return parseHostSettings(await response.json());
  } catch (error) {
    console.error("widget.json cannot be read, so only this site may embed the widget.", error);
    return closed;
  }
}

/** @param origin "null" for pages without one, such as files */
export const mayEmbed = ({ allowedOrigins }: HostSettings, origin: string, ownOrigin: string): boolean =>
  origin === ownOrigin || allowedOrigins.includes("*") || allowedOrigins.includes(origin);

/**
 * The embedding pages' origins, as far as the browser tells; empty when it does not, or when nothing embeds the widget. The first is the
 * direct parent's.
 */
export function embedders(view: {
  readonly isFramed: boolean;
  readonly ancestorOrigins: ArrayLike<string> | undefined;
  readonly referrer: string;
}): readonly string[] {
  if (!view.isFramed) return [];
  if (view.ancestorOrigins) return Array.from(view.ancestorOrigins);
  return URL.canParse(view.referrer) ? [new URL(view.referrer).origin] : [];
}
