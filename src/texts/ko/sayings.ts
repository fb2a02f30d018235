// What errors and reports say, in Korean, by their English template. Places keep their numbers, in any order.

export const sayings: Readonly<Record<string, string>> = {};
