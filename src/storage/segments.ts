// A large file as segments that arrive side by side, and the journal that says how much of each is on disk. The journal is
// written after the bytes it speaks of, so a crash loses at most the last chunk of each segment. Only a power cut could
// leave it ahead of the disk; the hash finds that.

export interface SegmentPlan {
  readonly sizeBytes: number;
  readonly segmentBytes: number;
  /** Bytes there so far from the start of each segment. */
  readonly received: Float64Array<ArrayBuffer>;
}

/** First value of a journal; changes when its layout does. */
const journalVersion = 1;
const headerValues = 3; // version, sizeBytes, segmentBytes

const plan = (sizeBytes: number, segmentBytes: number): SegmentPlan => ({
  sizeBytes,
  segmentBytes,
  received: new Float64Array(Math.max(1, Math.ceil(sizeBytes / segmentBytes))),
});

/** A file of up to two segments arrives as one. */
export function planSegments(sizeBytes: number, segmentBytes: number): SegmentPlan {
  return plan(sizeBytes, sizeBytes > 2 * segmentBytes ? segmentBytes : Math.max(1, sizeBytes));
}

export const segmentStart = ({ segmentBytes }: SegmentPlan, index: number): number => index * segmentBytes;

export const segmentLength = ({ sizeBytes, segmentBytes }: SegmentPlan, index: number): number =>
  Math.min(segmentBytes, sizeBytes - index * segmentBytes);

export const receivedBytes = ({ received }: SegmentPlan): number =>
  received.reduce((sum, value) => sum + value, 0);

/** Bytes from the start of the file without a gap. */
export function contiguousBytes(segments: SegmentPlan): number {
  let index = 0;
  while (index < segments.received.length && segments.received[index] === segmentLength(segments, index)) {
    index++;
  }
  return Math.min(segments.sizeBytes, segmentStart(segments, index) + (segments.received[index] ?? 0));
}

/** Where in the journal the value of segment `index` is, in bytes. */
export const journalOffset = (index: number): number =>
  (headerValues + index) * Float64Array.BYTES_PER_ELEMENT;

export const encodeJournal = ({ sizeBytes, segmentBytes, received }: SegmentPlan): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Float64Array.of(journalVersion, sizeBytes, segmentBytes, ...received).buffer);

/** The plan in a journal; null when it is damaged or of another file. */
export function decodeJournal(bytes: Uint8Array, sizeBytes: number): SegmentPlan | null {
  const [version, size, segmentBytes, ...received] = new Float64Array(
    bytes.slice().buffer,
    0,
    bytes.length >> 3,
  );
  if (version !== journalVersion || size !== sizeBytes) return null;
  if (segmentBytes === undefined || !Number.isSafeInteger(segmentBytes) || segmentBytes < 1) return null;
  const segments = plan(sizeBytes, segmentBytes);
  if (received.length !== segments.received.length) return null;
  segments.received.set(received);
  const possible = received.every(
    (value, index) => Number.isSafeInteger(value) && value >= 0 && value <= segmentLength(segments, index),
  );
  return possible ? segments : null;
}
