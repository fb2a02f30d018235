// Splits a large file into segments that download in parallel, with a journal of how much of each is on disk. The journal is
// written after its bytes, so a crash loses at most the last chunk of each segment. Only a power failure can leave it ahead
// of the disk, which the hash detects.

export interface SegmentPlan {
  readonly sizeBytes: number;
  readonly segmentBytes: number;
  /** Bytes stored from the start of each segment. */
  readonly received: Float64Array<ArrayBuffer>;
}

/** First value of a journal; changes with its layout. */
const journalVersion = 1;
const headerValues = 3; // version, sizeBytes, segmentBytes

const plan = (sizeBytes: number, segmentBytes: number): SegmentPlan => ({
  sizeBytes,
  segmentBytes,
  received: new Float64Array(Math.max(1, Math.ceil(sizeBytes / segmentBytes))),
});

/** Downloads a file of up to two segments as one. */
export function planSegments(sizeBytes: number, segmentBytes: number): SegmentPlan {
  return plan(sizeBytes, sizeBytes > 2 * segmentBytes ? segmentBytes : Math.max(1, sizeBytes));
}

export const segmentStart = ({ segmentBytes }: SegmentPlan, index: number): number => index * segmentBytes;

export const segmentLength = ({ sizeBytes, segmentBytes }: SegmentPlan, index: number): number =>
  Math.min(segmentBytes, sizeBytes - index * segmentBytes);

export const receivedBytes = ({ received }: SegmentPlan): number =>
  received.reduce((sum, value) => sum + value, 0);

/** Contiguous bytes from the start of the file. */
export function contiguousBytes(segments: SegmentPlan): number {
  let index = 0;
  while (index < segments.received.length && segments.received[index] === segmentLength(segments, index)) {
    index++;
  }
  return Math.min(segments.sizeBytes, segmentStart(segments, index) + (segments.received[index] ?? 0));
}

/** Byte offset of segment `index`'s value in the journal. */
export const journalOffset = (index: number): number =>
  (headerValues + index) * Float64Array.BYTES_PER_ELEMENT;

export const encodeJournal = ({ sizeBytes, segmentBytes, received }: SegmentPlan): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Float64Array.of(journalVersion, sizeBytes, segmentBytes, ...received).buffer);

/** The plan in a journal; null if it is damaged or belongs to another file. */
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
