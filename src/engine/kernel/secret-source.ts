/**
 * Where values of secrets come from besides the store of this server. A source only reads; what it keeps is changed there.
 * @module
 */
export interface SecretSource {
  /** What it is called in messages: `the file county.env`. */
  readonly name: string;
  /** Teams that it is for; `*` is every team. */
  readonly teams: readonly string[] | '*';
  /**
   * The value; undefined when it has none of this name.
   * Rejects, with a message that tells no value, when it cannot say.
   */
  value(team: string, name: string): Promise<string | undefined>;
}
