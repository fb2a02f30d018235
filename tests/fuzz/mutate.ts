// Seeded mutations of adapter files: damage from transfers, tools and attackers.

import { TORCH_MUTATIONS } from "./mutate-torch.ts";
import { below, ODD_NUMBERS, pick, type Bytes, type Mutation, type Random } from "./mutations.ts";

const ODD_TYPES = [
  "F64",
  "F32",
  "F16",
  "BF16",
  "F8_E4M3",
  "F8_E5M2",
  "I64",
  "I8",
  "BOOL",
  "U8",
  "F4",
  "",
  null,
  3,
];
const SUFFIXES = [
  ".alpha",
  ".lora_up.weight",
  ".lora_down.weight",
  ".lora_mid.weight",
  ".hada_w1_a",
  ".lokr_w2",
  ".lokr_t2",
  ".diff",
  ".diff_b",
  ".oft_blocks",
  ".on_input",
  ".weight",
  ".dora_scale",
  ".a1.weight",
  ".lora_A.weight",
  ".scale",
  ".rescale",
  ".oft_R.weight",
  ".oft_r",
  ".boft_R",
  ".ia3_l",
  ".lora_B.bias",
  "",
  ".",
];

/** By name, for reports. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bytes anywhere": (file, random) => changeBytes(file, { random, end: file.length }),
  "bytes of the header": (file, random) =>
    changeBytes(file, { random, end: Math.min(file.length, headerEnd(file)) }),
  "header length": (file, random) => {
    const copy = file.slice();
    const value = pick(
      [
        0n,
        1n,
        7n,
        8n,
        2n ** 31n,
        2n ** 32n,
        2n ** 63n,
        99_999_999n,
        BigInt(file.length),
        BigInt(file.length - 8),
        BigInt(below(file.length, random)),
      ],
      random,
    );
    if (copy.length >= 8) new DataView(copy.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
    return copy;
  },
  "cut off": (file, random) => file.slice(0, below(file.length, random)),
  "cut off near the end": (file, random) => file.slice(0, Math.max(0, file.length - 1 - below(64, random))),
  "bytes added": (file, random) => joined(file, randomBytes(1 + below(64, random), random)),
  "bytes inserted": (file, random) => {
    const at = below(file.length, random);
    return joined(file.slice(0, at), randomBytes(1 + below(16, random), random), file.slice(at));
  },
  "bytes removed": (file, random) => {
    const at = below(file.length, random);
    return joined(file.slice(0, at), file.slice(at + 1 + below(32, random)));
  },
  "two files joined": (file, random, others) => {
    const other = pick(others, random);
    return joined(file.slice(0, below(file.length, random)), other.slice(below(other.length, random)));
  },
  shape: (file, random) =>
    editHeader(file, random, (entry) => {
      const shape = [...(entry["shape"] as unknown[])];
      const how = below(4, random);
      if (how === 0) shape[below(shape.length + 1, random)] = pick(ODD_NUMBERS, random);
      else if (how === 1) shape.reverse();
      else if (how === 2) shape.push(1);
      else shape.pop();
      return { ...entry, shape };
    }),
  "shape that keeps the count": (file, random) =>
    editHeader(file, random, (entry) => {
      const count = (entry["shape"] as number[]).reduce((product, size) => product * size, 1);
      const divisors = Array.from({ length: Math.min(count, 64) }, (_, i) => i + 1).filter(
        (n) => count % n === 0,
      );
      const first = pick(divisors.length > 0 ? divisors : [1], random);
      return {
        ...entry,
        shape: pick(
          [
            [first, count / first],
            [count / first, first],
            [count],
            [1, count],
            [first, count / first, 1, 1],
            [1, first, count / first],
          ],
          random,
        ),
      };
    }),
  offsets: (file, random) =>
    editHeader(file, random, (entry) => {
      const offsets = [...(entry["data_offsets"] as unknown[])];
      offsets[below(2, random)] = pick([...ODD_NUMBERS, below(file.length, random), file.length], random);
      return { ...entry, data_offsets: random() < 0.2 ? offsets.reverse() : offsets };
    }),
  type: (file, random) => editHeader(file, random, (entry) => ({ ...entry, dtype: pick(ODD_TYPES, random) })),
  "entry replaced": (file, random) => editHeader(file, random, () => pick(ODD_NUMBERS, random)),
  name: (file, random) =>
    editText(file, (names) => {
      const name = pick(names, random);
      const stem = name.replace(/\.(?:lora_(?:up|down|mid)\.weight|[^.]+)$/, "");
      return [
        name,
        pick(
          [
            stem + pick(SUFFIXES, random),
            pick(names, random),
            "__proto__",
            "constructor",
            "",
            "x".repeat(10_000),
            `unet:${below(200, random)}:up`,
            `list:${below(9, random)}`,
            `unet.module._orig_mod.${name}`,
            `lora_unet_lora_unet_${name.toUpperCase()}`,
            "_orig_mod.module.".repeat(900) + name,
            "clip_g",
            `bundle_emb.${stem}.emb_params`,
            `${name}\u0000`,
          ],
          random,
        ),
      ];
    }),
  "not a number": (file, random) => {
    const copy = file.slice();
    const patterns = [
      [0, 0, 0xc0, 0x7f],
      [0, 0, 0x80, 0xff],
      [0xff, 0x7f],
      [0, 0x7c],
      [0xff, 0xff, 0x7f, 0x7f],
    ];
    const start = headerEnd(file);
    if (start < copy.length)
      copy.set(
        pick(patterns, random).slice(0, copy.length - start),
        Math.min(copy.length - 4, start + 2 * below((copy.length - start) / 2, random)),
      );
    return copy;
  },
  metadata: (file, random) =>
    editWhole(file, (header) => {
      header["__metadata__"] = pick(
        [
          {
            ss_tag_frequency: pick(['{"a":{"b":1e400}}', '{"__proto__":{"x":1}}', "[[[[", '{"a":7}'], random),
          },
          {
            lora_adapter_metadata: '{"unet.lora_alpha":"x","unet.alpha_pattern":[1],"unet.use_rslora":true}',
          },
          { "<s1>": "<embed>" },
          { key: 7, other: null, more: { a: [1] } },
          { ss_base_model_version: pick(["sdxl_base_v1-0", "sd_v1", ""], random) },
          [],
          "text",
          null,
        ],
        random,
      );
      return header;
    }),
  ...TORCH_MUTATIONS,
};

function changeBytes(file: Bytes, { random, end }: { random: Random; end: number }): Bytes {
  const copy = file.slice();
  for (let n = 1 + below(8, random); n > 0; n--) copy[below(end, random)] = below(256, random);
  return copy;
}

function randomBytes(length: number, random: Random): Bytes {
  return Uint8Array.from({ length }, () => below(256, random));
}

function joined(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** First byte after the header of a safetensors file; the first kilobyte of anything else. */
function headerEnd(file: Bytes): number {
  if (file.length < 9 || file[8] !== 0x7b) return Math.min(1024, file.length);
  return 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
}

type Header = Record<string, unknown>;

function editWhole(file: Bytes, edit: (header: Header) => Header): Bytes {
  const end = headerEnd(file);
  const text = new TextDecoder().decode(file.subarray(8, end));
  if (!text.startsWith("{")) return file;
  return withHeader(JSON.stringify(edit(JSON.parse(text) as Header)), file.slice(end));
}

/** Changes one to three entries of the header. */
function editHeader(file: Bytes, random: Random, edit: (entry: Header) => unknown): Bytes {
  return editWhole(file, (header) => {
    const names = Object.keys(header).filter((name) => name !== "__metadata__");
    for (let n = 1 + below(3, random); n > 0 && names.length > 0; n--) {
      const name = pick(names, random);
      const entry = header[name];
      if (typeof entry === "object" && entry !== null && "shape" in entry)
        header[name] = edit(entry as Header);
    }
    return header;
  });
}

/** Renames one tensor in the header's text, which may duplicate a name. */
function editText(file: Bytes, rename: (names: string[]) => [from: string, to: string]): Bytes {
  const end = headerEnd(file);
  const text = new TextDecoder().decode(file.subarray(8, end));
  if (!text.startsWith("{")) return file;
  const names = Object.keys(JSON.parse(text) as Header).filter((name) => name !== "__metadata__");
  if (names.length === 0) return file;
  const [from, to] = rename(names);
  return withHeader(
    text.replace(JSON.stringify(from), () => JSON.stringify(to)),
    file.slice(end),
  );
}

function withHeader(text: string, data: Bytes): Bytes {
  const json = new TextEncoder().encode(text);
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true);
  return joined(start, json, data);
}
