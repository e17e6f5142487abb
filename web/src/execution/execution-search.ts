/**
 * What the address of an execution says: which tab, which state, which visit of it.
 * @module
 */
export const TABS = ['states', 'graph', 'logs', 'data', 'working', 'events'] as const;
export type Tab = (typeof TABS)[number];

export interface ExecutionSearch {
  /** Absent: states. */
  tab?: Tab;
  /** Name of a state. */
  state?: string;
  /** History event of its entry, where it was visited more than once. */
  event?: number;
  /** Asks whether to redrive it: links of messages lead there. */
  redrive?: 'own' | 'current';
}

/** Takes what it knows from an address and leaves out the rest. */
export function executionSearch(search: { [name: string]: unknown }): ExecutionSearch {
  const tab = TABS.find((candidate) => candidate === search.tab && candidate !== 'states');
  const redrive = (['own', 'current'] as const).find((one) => one === search.redrive);
  const event = Number(search.event);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(search.state === undefined || search.state === '' ? {} : { state: String(search.state) }),
    ...(Number.isSafeInteger(event) && event > 0 ? { event } : {}),
    ...(redrive === undefined ? {} : { redrive }),
  };
}
