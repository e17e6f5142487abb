/**
 * Variables of this process, for as long as something runs. All test files of a process share them, so they are always put back: also
 * when there was none, which leaves none.
 * @module
 */

/** @example await withVariable('TMPDIR', folder, () => runQuery(…)) */
export async function withVariable<Answer>(
  name: string,
  value: string,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await act();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
}
