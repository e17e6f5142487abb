/**
 * What is under way outside of the engine's turns: reads of a disk, requests to another process. Tests wait until it is over
 * instead of sleeping for as long as it should take.
 * @module
 */

/** Work that goes on by itself, without time passing. */
export interface Work {
  isUnderWay(): boolean;
  /** Resolves when it may be over. */
  rest(): Promise<void>;
}

/** Whatever this process asks of the disk, through whichever port: the folder of a task is made by nobody who could count it. */
export const DISK: Work = {
  isUnderWay: () =>
    process
      .getActiveResourcesInfo()
      .some((name) => name === 'FSReqPromise' || name === 'FSReqCallback'),
  rest: () => new Promise((resume) => setImmediate(resume)),
};

/** Counts what has begun and has not ended. */
export class UnderWay implements Work {
  #count = 0;
  #waiting: (() => void)[] = [];

  isUnderWay(): boolean {
    return this.#count > 0;
  }

  rest(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Counts it until it has settled, and answers the same. */
  during<Value>(promise: Promise<Value>): Promise<Value> {
    this.#count += 1;
    const end = (): void => this.#end();
    promise.then(end, end);
    return promise;
  }

  #end(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/**
 * The same port; whatever it is asked for counts as under way until it has answered.
 * @example const files = counted(createFileSource(), underWay)
 */
export function counted<Port extends object>(port: Port, underWay: UnderWay): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        return answer instanceof Promise ? underWay.during(answer) : answer;
      };
    },
  });
}
