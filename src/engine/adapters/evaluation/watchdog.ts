/**
 * A thread of the evaluation child that ends the process when its parent is gone, also while an expression hangs.
 *
 * An orphan is adopted by another process, so its parent's id changes.
 * @module
 */
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 1000);
