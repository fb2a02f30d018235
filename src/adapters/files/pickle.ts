// Reads the pickles that torch.save writes and executes nothing. A Python pickle is a program for a small stack machine
// that may call anything; this machine has only data instructions, and names and calls go through the fixed list in
// pickle-values.ts. Any other name or instruction is an error.
// Source: CPython Lib/pickletools.py.
import {
  adoptState,
  call,
  named,
  persistent,
  PickleProblem,
  TRUNCATED,
  type PickleStorage,
  type PickleValue,
} from "./pickle-values.ts";
import { say } from "../../shared/saying.ts";

const MAX_STACK = 100_000;
const decoder = new TextDecoder();
const MARK = Symbol("mark");
type StackItem = PickleValue | typeof MARK;

interface Pickle {
  readonly value: PickleValue;
  /** Position after its STOP. */
  readonly end: number;
  /** All that it references, by key. */
  readonly storages: ReadonlyMap<string, PickleStorage>;
}

/**
 * Reads one pickle that starts at `start`.
 * @throws PickleProblem for anything that is not plain tensors in lists and dictionaries
 */
export function readPickle(bytes: Uint8Array, start = 0): Pickle {
  return new PickleMachine(bytes, start).run();
}

class PickleMachine {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private position: number;
  private readonly stack: StackItem[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly storages = new Map<string, PickleStorage>();

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
  }

  run(): Pickle {
    for (;;) {
      const code = this.byte();
      if (code === 0x2e) return { value: this.pop(), end: this.position, storages: this.storages }; // STOP
      this.step(code);
      if (this.stack.length > MAX_STACK) throw new PickleProblem(say`it is nested too deeply`);
    }
  }

  private step(code: number): void {
    switch (code) {
      case 0x80: // PROTO
        this.skip(1);
        return;
      case 0x95: // FRAME
        this.skip(8);
        return;
      case 0x28:
        this.stack.push(MARK);
        return;
      case 0x30: // POP
        this.stack.pop();
        return;
      case 0x4e:
        return this.push(null);
      case 0x88:
        return this.push(true);
      case 0x89:
        return this.push(false);
      case 0x4b:
        return this.push(this.byte());
      case 0x4d:
        return this.push(this.read(2, (at) => this.view.getUint16(at, true)));
      case 0x4a:
        return this.push(this.read(4, (at) => this.view.getInt32(at, true)));
      case 0x8a:
        return this.push(this.long(this.byte()));
      case 0x8b: // LONG4: no number of a tensor is that large
        this.skip(this.uint32());
        return this.push(null);
      case 0x96: // BYTEARRAY8, which only notes contain
        this.skip(Number(this.read(8, (at) => this.view.getBigUint64(at, true))));
        return this.push(null);
      case 0x47:
        return this.push(this.read(8, (at) => this.view.getFloat64(at, false)));
      case 0x58:
        return this.push(this.text(this.uint32()));
      case 0x8c:
      case 0x55: // SHORT_BINSTRING (Python 2)
      case 0x43: // SHORT_BINBYTES, which only notes contain
        return this.push(this.text(this.byte()));
      case 0x54: // BINSTRING (Python 2)
      case 0x42: // BINBYTES
        return this.push(this.text(this.uint32()));
      case 0x8f: // EMPTY_SET
      case 0x29:
      case 0x5d:
        return this.push([]); // EMPTY_TUPLE, EMPTY_LIST
      case 0x7d:
        return this.push(new Map());
      case 0x85:
        return this.push([this.pop()]);
      case 0x86:
        return this.push(this.popMany(2));
      case 0x87:
        return this.push(this.popMany(3));
      case 0x91: // FROZENSET
      case 0x74: // TUPLE
      case 0x6c: // LIST
        return this.push(this.popToMark());
      case 0x61: {
        const item = this.pop();
        this.topList().push(item);
        return;
      }
      case 0x90: // ADDITEMS
      case 0x65: {
        const items = this.popToMark();
        const list = this.topList();
        for (const item of items) list.push(item);
        return;
      }
      case 0x73: {
        const [key, value] = this.popMany(2) as [PickleValue, PickleValue];
        this.topMap().set(key, value);
        return;
      }
      case 0x75:
        return this.setItems(this.popToMark());
      case 0x71: // BINPUT
        this.memo.set(this.byte(), this.top());
        return;
      case 0x72: // LONG_BINPUT
        this.memo.set(this.uint32(), this.top());
        return;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x68:
        return this.push(this.recall(this.byte()));
      case 0x6a:
        return this.push(this.recall(this.uint32()));
      case 0x63: {
        const module = this.line();
        return this.push(named(module, this.line()));
      }
      case 0x93: {
        const [module, name] = this.popMany(2);
        if (typeof module !== "string" || typeof name !== "string")
          throw new PickleProblem(say`it references something that is not a name`);
        return this.push(named(module, name));
      }
      case 0x51: {
        const found = persistent(this.pop()); // BINPERSID
        if (found.kind === "storage") this.storages.set(found.key, found);
        return this.push(found);
      }
      case 0x52: // REDUCE
      case 0x81: {
        const [callable, args] = this.popMany(2);
        return this.push(call(callable!, args!));
      }
      case 0x62: {
        const state = this.pop();
        const target = this.top();
        if (!(target instanceof Map))
          throw new PickleProblem(say`it builds an object that is not a dictionary`);
        adoptState(target, state);
        return;
      }
      default:
        throw new PickleProblem(
          say`it uses instruction 0x${code.toString(16)}, which a tensor file does not need`,
        );
    }
  }

  private byte(): number {
    return this.read(1, (at) => this.bytes[at]!);
  }

  private uint32(): number {
    return this.read(4, (at) => this.view.getUint32(at, true));
  }

  private read<T>(sizeBytes: number, get: (at: number) => T): T {
    const at = this.position;
    this.skip(sizeBytes);
    return get(at);
  }

  private skip(sizeBytes: number): void {
    if (this.position + sizeBytes > this.bytes.length) throw new PickleProblem(TRUNCATED);
    this.position += sizeBytes;
  }

  private text(sizeBytes: number): string {
    return this.read(sizeBytes, (at) => decoder.decode(this.bytes.subarray(at, at + sizeBytes)));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0 || end - this.position > 256) throw new PickleProblem(TRUNCATED);
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
  }

  /** Little-endian two's complement. */
  private long(sizeBytes: number): number | bigint {
    let value = 0n;
    const at = this.position;
    this.skip(sizeBytes);
    for (let i = sizeBytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]!);
    const signed = BigInt.asIntN(sizeBytes * 8, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw new PickleProblem(say`its stack is empty`);
    return value;
  }

  private popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  private popToMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleProblem(say`a mark is missing`);
    const items = this.stack.splice(mark + 1) as PickleValue[];
    this.stack.pop();
    return items;
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw new PickleProblem(say`its stack is empty`);
    return value;
  }

  private topList(): PickleValue[] {
    const list = this.top();
    if (!Array.isArray(list)) throw new PickleProblem(say`it appends to something that is not a list`);
    return list;
  }

  private topMap(): Map<PickleValue, PickleValue> {
    const map = this.top();
    if (!(map instanceof Map))
      throw new PickleProblem(say`it sets items of something that is not a dictionary`);
    return map;
  }

  private setItems(items: PickleValue[]): void {
    const map = this.topMap();
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  private recall(index: number): PickleValue {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleProblem(say`it reads a memo entry that it never stored`);
    return value;
  }
}
