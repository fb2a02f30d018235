// What is known of a device's kernels, and where it is kept between visits.

/** Of a device with these kernels. */
export interface RecordKey {
  readonly adapter: string;
  /** Of the kernels: findings of another version count for nothing. */
  readonly version: string;
}

export interface Findings {
  /** Whether the device computes a tile right, by the tile's name. */
  readonly tiles: Map<string, boolean>;
  /** Names of choices by names of shapes. */
  readonly choices: Map<string, string>;
  /** Tiles and shapes that are being tried, or that ended the device or the tab: they are not tried again. */
  readonly trying: Set<string>;
}

/** Never fails by itself: what cannot be read or kept is found again. */
export interface TuningRecords {
  read(key: RecordKey): Promise<Findings>;
  /** Reads, changes and writes in one step. */
  update(key: RecordKey, change: (findings: Findings) => void): Promise<void>;
  /**
   * Does `work` while no other tab tries anything.
   * @throws StylusError cancelled while it waits; and what `work` throws
   */
  alone<Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}
