/**
 * What a JSONPath expression can see while it is evaluated.
 * @module
 */
import type { Json } from '../json.js';

export interface Scope {
  /** What `$` stands for: the state's input, or a result, or the rest of a payload. */
  input: Json;
  /** What `$$` stands for: the Context Object. */
  context: Json;
  /** What `$name` stands for; undefined when no such variable was assigned. */
  variable(name: string): Json | undefined;
  /** Milliseconds since the epoch, for whatever needs the time. */
  at: number;
  /** Seed of everything random: States.UUID, States.MathRandom. Use another one for every state visit. */
  seed: string;
}
