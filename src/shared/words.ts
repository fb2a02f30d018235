// Words for messages.

/** 1 → "1 adapter", 2 → "2 adapters". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
