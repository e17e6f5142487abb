/**
 * Waits for what a client sees of a server elsewhere, where there is no signal to await.
 * @module
 */

/** Milliseconds: less than a test has, so that a failure shows what was there instead. */
const PATIENCE = 75_000;

/** Asks until the answer is as it should be; after 75 seconds it answers what there is. */
export async function until<Value>(
  ask: () => Value | Promise<Value>,
  isRight: (value: Value) => boolean,
): Promise<Value> {
  const begun = performance.now();
  for (;;) {
    const value = await ask();
    if (isRight(value) || performance.now() - begun > PATIENCE) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
