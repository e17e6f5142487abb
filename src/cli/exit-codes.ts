/**
 * How a command ends, in numbers that scripts can rely on. They are part of `--help` and of the tests.
 * @module
 */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  invalidDefinition: 3,
  unauthenticated: 4,
  notFound: 5,
  conflict: 6,
  notSuccessful: 7,
  stillRunning: 8,
  unreachable: 9,
  checkFailed: 10,
  partlyDone: 11,
  interrupted: 130,
} as const;

/** The table for `--help`. */
export const EXIT_HELP: string = [
  '0 ok',
  '1 internal error',
  '2 usage',
  '3 invalid definition',
  '4 not logged in',
  '5 not found',
  '6 conflict',
  '7 the execution did not succeed',
  '8 still running when the time was up',
  '9 server not reachable',
  '10 a check or test failed',
  '11 partly done',
  '130 interrupted',
].join(' · ');
