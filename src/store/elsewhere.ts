/**
 * Executions that something else performs, and whose histories are only kept here: those on Temporal (temporal/).
 *
 *     1, 2, 3 …            executions of the server, which numbers them itself
 *     2^52, 2^52 + 1 …     executions of another host, numbered by whoever writes them beside the server
 *     -1, -2 …             machines (and their versions) that only those have used
 *
 * So neither takes the other's number, without a word between them. Lists, histories and logs read both; nothing here goes on with
 * one of the others.
 * @module
 */

/** The number of the first execution of another host. */
export const FIRST_ELSEWHERE: number = 2 ** 52;

/** Whether another host performs the execution of this number. */
export function isElsewhere(number: number): boolean {
  return number >= FIRST_ELSEWHERE;
}
