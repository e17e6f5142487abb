import { beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../store/errors.js';
import type { Commit } from '../../store/store.js';
import { defineTable, type Table } from '../../store/table.js';
import { EngineError } from './errors.js';
import type { Need } from './needs.js';
import type { Turn } from './turn.js';
import { type Input, TurnLoop } from './turn-loop.js';

interface Note {
  text: string;
}

const NOTES: Table<Note> = defineTable<Note>({
  name: 'notes',
  columns: { text: 'text' },
  key: ['text'],
  migrations: ['CREATE TABLE notes (text TEXT PRIMARY KEY);'],
});

/** A loop whose store holds what the test says, and answers at once or later. */
class Bench {
  readonly commits: string[][] = [];
  readonly asked: string[] = [];
  readonly broken: unknown[] = [];
  failNext: StoreError | undefined;
  answersLater = false;
  /** What the monotonic clock shows. */
  elapsed = 0;
  readonly fatal: unknown[] = [];
  readonly loop: TurnLoop;

  constructor(cap = 100) {
    this.loop = new TurnLoop({
      clock: {
        now: () => 0,
        monotonic: () => this.elapsed,
        soon: (callback) => void setImmediate(callback),
        setTimer: (callback) => {
          const timer = setTimeout(callback, 0);
          return () => clearTimeout(timer);
        },
      },
      prepare: () => {},
      commit: (commit) => this.#commit(commit),
      now: () => 0,
      cap,
      pauseMs: 1,
      committed: () => {},
      broken: (_, error) => void this.broken.push(error),
      onFatal: (error) => void this.fatal.push(error),
    });
  }

  #commit({ rows }: Commit): void {
    const error = this.failNext;
    this.failNext = undefined;
    if (error) throw error;
    this.commits.push(rows.map(({ key }) => String(key[0])));
  }

  need(key: string, value: () => unknown = () => key): Need<unknown> {
    const read = (): unknown => {
      this.asked.push(key);
      return value();
    };
    return {
      key,
      read: () =>
        this.answersLater ? new Promise((resolve) => setTimeout(resolve, 1)).then(read) : read(),
    };
  }

  /** Adds inputs that come in one turn, and waits until nothing is left to do. */
  async run(...inputs: Input[]): Promise<void> {
    for (const input of inputs) this.loop.add(input);
    await this.loop.whenIdle();
  }
}

const note = (turn: Turn, text: string): 'done' => {
  turn.put(NOTES, { text });
  return 'done';
};

describe.each([
  { store: 'a store that answers at once', answersLater: false },
  { store: 'a store that answers later', answersLater: true },
])('a turn on $store', ({ answersLater }) => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    bench.answersLater = answersLater;
  });

  it('reads what all of its inputs need before the first of them is performed, each thing once', async () => {
    const need = bench.need('a');
    const input = (): Input => ({
      needs: () => [need],
      perform: (turn) => note(turn, `${turn.known(need)} after ${bench.asked.length}`),
    });
    const other = bench.need('b');
    await bench.run(input(), input(), {
      needs: () => [other],
      perform: (turn) => note(turn, `${turn.known(other)}`),
    });
    expect(bench.asked).toEqual(['a', 'b']);
    expect(bench.commits).toEqual([['a after 2', 'b']]);
  });

  it('asks for needs again that follow from what was read', async () => {
    const first = bench.need('parent', () => 'child');
    const input: Input = {
      needs: (turn) =>
        turn.knows(first) ? [first, bench.need(String(turn.known(first)))] : [first],
      perform: (turn) => note(turn, String(turn.known(bench.need('child')))),
    };
    await bench.run(input);
    expect(bench.asked).toEqual(['parent', 'child']);
    expect(bench.commits).toEqual([['child']]);
  });

  it('is tried again, all of it, when something that it needs cannot be read now', async () => {
    let failures = 2;
    const away = bench.need('away', () => {
      failures -= 1;
      if (failures >= 0) throw new StoreError('io', 'connect ETIMEDOUT');
      return 'here';
    });
    const near: Input = { perform: (turn) => note(turn, 'near') };
    await bench.run(
      { needs: () => [away], perform: (turn) => note(turn, String(turn.known(away))) },
      near,
    );
    expect(bench.commits).toEqual([['here', 'near']]);
    expect({ broken: bench.broken, fatal: bench.fatal }).toEqual({ broken: [], fatal: [] });
  });

  it('ends the process when nothing could be read for ten seconds, and blames no execution', async () => {
    const lost = new StoreError('busy', 'too many connections');
    const away = bench.need('away', () => {
      bench.elapsed += 4_000;
      throw lost;
    });
    const refused: Error[] = [];
    await bench.run({
      needs: () => [away],
      perform: (turn) => note(turn, String(turn.known(away))),
      refuse: (error) => void refused.push(error),
    });
    expect({ commits: bench.commits, broken: bench.broken }).toEqual({ commits: [], broken: [] });
    expect(bench.fatal).toEqual([lost]);
    expect(refused).toMatchObject([{ kind: 'EngineFailed' }]);
  });

  it('reads anew in the next turn', async () => {
    let value = 1;
    const need = bench.need('a', () => value);
    const input: Input = {
      needs: () => [need],
      perform: (turn) => note(turn, String(turn.known(need))),
    };
    await bench.run(input);
    value = 2;
    await bench.run(input);
    expect(bench.commits).toEqual([['1'], ['2']]);
  });

  it('tells an answer that failed to the inputs that needed it, and to no others', async () => {
    const bad = bench.need('bad', () => {
      throw new EngineError('SealedUnderAnotherKey');
    });
    const good = bench.need('good');
    const refused: Error[] = [];
    await bench.run(
      {
        needs: () => [bad],
        perform: (turn) => note(turn, String(turn.known(bad))),
        refuse: (error) => void refused.push(error),
      },
      { needs: () => [good], perform: (turn) => note(turn, String(turn.known(good))) },
    );
    expect(refused).toEqual([expect.objectContaining({ kind: 'SealedUnderAnotherKey' })]);
    expect(bench.commits).toEqual([['good']]);
    expect(bench.broken).toEqual([]);
  });

  it('reports an input that uses what it has not named, and goes on with the others', async () => {
    const forgotten = bench.need('forgotten');
    await bench.run(
      { perform: (turn) => note(turn, String(turn.known(forgotten))) },
      { perform: (turn) => note(turn, 'other') },
    );
    expect(bench.broken).toEqual([
      expect.objectContaining({ message: 'Not read before it was asked: forgotten' }),
    ]);
    expect(bench.commits).toEqual([['other']]);
  });

  it('refuses an input whose needs cannot be said', async () => {
    const refused: Error[] = [];
    await bench.run({
      needs: () => {
        throw new EngineError('InvalidName', { name: '' });
      },
      perform: (turn) => note(turn, 'never'),
      refuse: (error) => void refused.push(error),
    });
    expect(refused).toHaveLength(1);
    expect(bench.commits).toEqual([]);
  });

  it('performs what an input adds in the same commit, after what waited before it, with needs of its own', async () => {
    const need = bench.need('added');
    const order: string[] = [];
    const step = (text: string, more?: (turn: Turn) => void): Input => ({
      perform: (turn) => {
        order.push(text);
        more?.(turn);
        return note(turn, text);
      },
    });
    const added: Input = {
      needs: () => [need],
      perform: (turn) => {
        order.push(String(turn.known(need)));
        turn.also(step('added by the added one'));
        return note(turn, 'added');
      },
    };
    await bench.run(
      step('first', (turn) => turn.also(added)),
      step('second'),
    );
    expect(order).toEqual(['first', 'second', 'added', 'added by the added one']);
    expect(bench.commits).toEqual([order]);
  });

  it('adds again what an input adds when the commit is tried again, and only then', async () => {
    const need = bench.need('added');
    let performed = 0;
    const added: Input = {
      needs: () => [need],
      perform: (turn) => {
        performed += 1;
        return note(turn, String(turn.known(need)));
      },
    };
    bench.failNext = new StoreError('busy', 'for a moment');
    await bench.run({
      perform: (turn) => {
        turn.also(added);
        return note(turn, 'first');
      },
    });
    expect(performed).toBe(2);
    expect(bench.asked).toEqual(['added', 'added']);
    expect(bench.commits).toEqual([['first', 'added']]);
  });
});

describe('a turn', () => {
  it('takes no more inputs than its cap allows, and the rest comes in the next', async () => {
    const bench = new Bench(2);
    const input = (text: string): Input => ({
      perform: (turn) => {
        turn.transitions += 1;
        return note(turn, text);
      },
    });
    await bench.run(input('a'), input('b'), input('c'));
    expect(bench.commits).toEqual([['a', 'b'], ['c']]);
  });

  it('leaves what waits refused, and nothing half done, when the loop ends while it reads', async () => {
    const bench = new Bench();
    bench.answersLater = true;
    const refused: string[] = [];
    const need = bench.need('a');
    bench.loop.add({
      needs: () => [need],
      perform: (turn) => note(turn, 'never'),
      refuse: ({ message }) => void refused.push(message),
    });
    await new Promise((resolve) => setImmediate(resolve));
    bench.loop.end(new Error('the end'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(refused).toEqual(['the end']);
    expect(bench.commits).toEqual([]);
  });
});
