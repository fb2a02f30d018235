// Init images in rows and settings. Their files are in the input store.
import * as v from "valibot";

const side = v.pipe(v.number(), v.integer(), v.minValue(1));

/** `start.picture`, wherever it is stored. */
export const initImageSchema = v.looseObject({ id: v.string(), width: side, height: side });

/** `start` of the settings as the page stores them: the ids of the image and of its mask. */
export const storedStartSchema = v.looseObject({ picture: initImageSchema, mask: v.nullable(v.string()) });
