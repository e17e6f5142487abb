/**
 * Notes which methods of a store a suite has called.
 *
 * The list is complete because the compiler says so: a method that joins the interface and is missing here does not compile,
 * and one that is here and never called fails the suite.
 * @module
 */
import type { Store } from '../store.js';

const METHODS: { readonly [Method in keyof Store]: true } = {
  findRow: true,
  listRows: true,
  packRows: true,
  lastNumber: true,
  countRows: true,
  listOldExecutions: true,
  findOldExecutions: true,
  listOldMapChildren: true,
  giveBack: true,
  listOwnSealings: true,
  countOpenWork: true,
  joinTables: true,
  commit: true,
  findMachine: true,
  findVersion: true,
  currentMachine: true,
  currentMachines: true,
  listPipelineNames: true,
  lastVersion: true,
  insertAccessKey: true,
  findAccessKey: true,
  listAccessKeys: true,
  deleteAccessKey: true,
  lastExecutionNumber: true,
  lastHistoryTime: true,
  loadExecution: true,
  findExecution: true,
  findExecutionById: true,
  findExecutionByName: true,
  listExecutions: true,
  listExecutionHeads: true,
  listThreads: true,
  readHistory: true,
  listAttempts: true,
  findAttemptByToken: true,
  listAnsweredAttempts: true,
  listOrphans: true,
  listUnstarted: true,
  listInterrupted: true,
  listTimers: true,
  listMapChildren: true,
  countMapChildren: true,
  listOpenMapChildren: true,
  readLogs: true,
  searchLogs: true,
  listOldLogs: true,
  logTail: true,
  insertToken: true,
  findToken: true,
  listTokens: true,
  deleteToken: true,
  deleteExpiredTokens: true,
  readSetting: true,
  writeSetting: true,
  leaveBackup: true,
  information: true,
  close: true,
};

/** Every method that a store has. */
export const STORE_METHODS: readonly string[] = Object.keys(METHODS);

/** The same store; the name of each method that is called is added to `called`. */
export function noting(store: Store, called: Set<string>): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        called.add(String(name));
        return value.apply(target, values) as unknown;
      };
    },
  });
}
