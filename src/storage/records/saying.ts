// Sayings in rows.
import * as v from "valibot";
import type { Saying } from "../../shared/saying.ts";

const simple = v.union([v.string(), v.number(), v.lazy((): v.GenericSchema => sayingSchema)]);

/** What `spoken` reads of a row. */
export const sayingSchema: v.GenericSchema<Saying> = v.looseObject({
  template: v.string(),
  values: v.array(v.union([simple, v.array(simple)])),
}) as v.GenericSchema<Saying>;
