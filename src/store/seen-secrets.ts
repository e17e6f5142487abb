/**
 * What the engine notes about secrets beside what it writes. The store that writes knows nothing of it: a layer in between
 * (engine/kernel/masking/sealed-store.ts) seals by it and takes it away.
 * @module
 */
import type { HistoryEvent } from '../asl/transition.js';

/** Of an execution. */
export interface SeenSecrets {
  /** Values that it was seen to use as secrets; absent: none was seen. */
  secrets?: readonly string[];
}

/** Of what is written about an execution. */
export interface SecretWrite extends SeenSecrets {
  /** Its new events as they are shown. */
  shown?: readonly HistoryEvent[];
}
