/**
 * Takes events to executions: loads them, runs the reducer, and takes each transition and its commands into the turn.
 *
 * An expression in JSONata makes a transition arrive later. Until then the execution is `busy` and its other events wait,
 * while the turn goes on without it: one slow expression holds up nobody else.
 * @module
 */
import type {
  Command,
  Evaluate,
  EventBase,
  ExecutionEvent,
  Transition,
} from '../../asl/transition.js';
import type { Awaitable, LoadedExecution, Store, TimerRecord } from '../../store/store.js';
import {
  type ActiveExecution,
  type ActiveExecutions,
  activate,
  timerKey,
} from './active-execution.js';
import type { EngineTime } from './engine-time.js';
import type { Hooks } from './hooks.js';
import type { Intake } from './intake.js';
import type { MachineShelf } from './machine-shelf.js';
import { type Need, NOTHING, whenKnown } from './needs.js';
import type { Random } from './ports.js';
import type { Reducer } from './reducer.js';
import type { Turn } from './turn.js';
import type { Input, Performed, TurnLoop } from './turn-loop.js';
import { addUsage, usageIn } from './usage.js';
import type { Waiters } from './waiters.js';

/** The error of an execution that a defect or a damaged record ended. */
const INTERNAL_ERROR = 'Millrace.InternalError';

type Undated<Event> = Event extends EventBase ? Omit<Event, keyof EventBase> : never;
/** An event before it has got its time and seed. */
export type UndatedEvent = Undated<ExecutionEvent>;

/** Who carries out what transitions ask for. They are made after this class, and know it. */
export interface CommandPerformers {
  readonly attempts: {
    schedule(turn: Turn, active: ActiveExecution, command: Of<'ScheduleTask'>): void;
    cancel(turn: Turn, active: ActiveExecution, thread: number, sequence: number): void;
    cancelAll(turn: Turn, active: ActiveExecution): void;
  };
  readonly timers: {
    set(turn: Turn, active: ActiveExecution, timer: Omit<TimerRecord, 'execution'>): void;
    clearThread(turn: Turn, active: ActiveExecution, thread: number): void;
    clearAll(turn: Turn, active: ActiveExecution): void;
  };
  readonly children: { ended(turn: Turn, active: ActiveExecution): void };
}

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

interface Parts {
  readonly store: Pick<Store, 'loadExecution'>;
  readonly loop: TurnLoop;
  readonly time: EngineTime;
  readonly random: Random;
  readonly reducer: Reducer;
  readonly evaluate: Evaluate;
  readonly actives: ActiveExecutions;
  readonly machines: MachineShelf;
  readonly waiters: Waiters;
  readonly hooks: Hooks;
  readonly intake: Intake;
}

export class Executions {
  readonly #parts: Parts;
  #performers: CommandPerformers | undefined;
  #busy = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** To be called once, before anything is stepped. */
  performWith(performers: CommandPerformers): void {
    this.#performers = performers;
  }

  get #perform(): CommandPerformers {
    if (!this.#performers) throw new Error('Nobody performs commands yet');
    return this.#performers;
  }

  /** Executions whose transition waits for expressions. */
  get busy(): number {
    return this.#busy;
  }

  /** What must be read before `load`; nothing for an execution that is in memory. */
  needs(number: number): readonly Need<unknown>[] {
    const known = this.#parts.actives.find(number);
    return known && !known.stale ? NOTHING : [this.#loadNeed(number)];
  }

  /** The execution as this turn has it, if it has. Looks only. */
  peek(turn: Turn, number: number): ActiveExecution | undefined {
    const known = this.#parts.actives.find(number);
    if (known && !known.stale) return known;
    const need = this.#loadNeed(number);
    return turn.knows(need) ? turn.known(need) : undefined;
  }

  /** The execution as it stands in this turn, which has read it; undefined when there is none of that number. */
  load(turn: Turn, number: number): ActiveExecution | undefined {
    const { actives } = this.#parts;
    const known = actives.find(number);
    if (known && !known.stale) return known;
    const loaded = turn.known(this.#loadNeed(number));
    if (loaded) actives.add(loaded);
    return loaded;
  }

  #loadNeed(number: number): Need<ActiveExecution | undefined> {
    const { store, machines } = this.#parts;
    const activated = (
      loaded: LoadedExecution | undefined,
    ): Awaitable<ActiveExecution | undefined> =>
      loaded &&
      whenKnown(machines.find(loaded.record.machine), (machine) => activate(loaded, machine));
    return {
      key: `execution ${number}`,
      read: () => whenKnown(store.loadExecution(number), activated),
    };
  }

  /** For work outside of turns: the execution as it stood in a turn of its own. */
  inTurn(number: number): Promise<ActiveExecution | undefined> {
    return new Promise((resolve, reject) => {
      this.#parts.loop.add({
        refuse: reject,
        needs: () => this.needs(number),
        perform: (turn) => {
          const active = this.load(turn, number);
          turn.afterCommit(() => resolve(active));
          return 'done';
        },
      });
    });
  }

  /**
   * An input about one execution: loads it and lets `act` do something to it. While the execution is busy the input waits
   * with it and comes back afterwards.
   */
  input(
    number: number,
    act: (turn: Turn, active: ActiveExecution, input: Input) => Performed,
    more: {
      /** Answers when there is none of that number. */
      missing?(turn: Turn): Performed;
      /** What else must be read. @param active undefined until it is known */
      needs?(turn: Turn, active: ActiveExecution | undefined): readonly Need<unknown>[];
      refuse?(error: Error): void;
    } = {},
  ): Input {
    const { missing, needs, refuse } = more;
    const input: Input = {
      execution: number,
      ...(refuse ? { refuse } : {}),
      needs: needs
        ? (turn) => [...this.needs(number), ...needs(turn, this.peek(turn, number))]
        : () => this.needs(number),
      perform: (turn) => this.withExecution(turn, number, input, act, missing),
    };
    return input;
  }

  /** The same within an input that has named what the execution needs. */
  withExecution(
    turn: Turn,
    number: number,
    input: Input,
    act: (turn: Turn, active: ActiveExecution, input: Input) => Performed,
    missing: (turn: Turn) => Performed = () => 'done',
  ): Performed {
    const active = this.load(turn, number);
    if (!active) return missing(turn);
    if (!active.busy) return act(turn, active, input);
    active.waiting.push(() => this.#parts.loop.add(input));
    return 'deferred';
  }

  /** Begins an execution that exists and has not begun, when there is room for it. */
  beginInput(number: number): Input {
    return this.input(number, (turn, active, input) => this.begin(turn, active, input));
  }

  /** @param again what to try again when this comes to nothing */
  begin(turn: Turn, active: ActiveExecution, again: Input): Performed {
    const { hooks, intake } = this.#parts;
    const { admission } = hooks;
    // Its row is in this turn already, or was in an earlier one: it begins later.
    if (intake.isPaused) return 'done';
    return admission
      ? admission.letBegin(turn, active, again)
      : this.step(turn, active, { type: 'Start' }, again);
  }

  /** An execution was made in this turn, and will begin. */
  born(turn: Turn, active: ActiveExecution): void {
    const { hooks } = this.#parts;
    if (hooks.admission?.skips(active)) return;
    hooks.tell(turn, { type: 'ExecutionBegun', execution: active });
  }

  /** An input that delivers one event to an execution, if that still runs. */
  eventInput(number: number, event: UndatedEvent): Input {
    return this.input(number, (turn, active, input) => this.step(turn, active, event, input));
  }

  /**
   * Sends one event through the reducer.
   *
   * @param input what to try again when this comes to nothing; its caller is who gets refused
   * @param after called once the transition is part of a turn (this one, or a later one when expressions are evaluated)
   * @param before the same, before anybody hears what the transition does; not when it does nothing
   */
  step(
    turn: Turn,
    active: ActiveExecution,
    event: UndatedEvent,
    input: Input,
    after?: (turn: Turn) => void,
    before?: (turn: Turn) => void,
  ): Performed {
    const { reducer, time, random, evaluate } = this.#parts;
    const dated = { ...event, at: time.now(), seed: random.seed() } as ExecutionEvent;
    const machine = active.machine.compiled(active.creation.pointer);
    const transition = reducer.advance(machine, active.state, dated, evaluate);
    if (!(transition instanceof Promise)) {
      if (transition.history.length > 0) before?.(turn);
      this.#tellTask(turn, active, event, transition);
      this.absorb(turn, active, transition);
      after?.(turn);
      return 'done';
    }
    active.busy = true;
    this.#busy += 1;
    transition.then(
      (arrived) =>
        this.#later(active, input, (later) => {
          if (arrived.history.length > 0) before?.(later);
          this.#tellTask(later, active, event, arrived);
          this.absorb(later, active, arrived);
          after?.(later);
        }),
      (error: unknown) =>
        this.#later(active, input, () => {
          throw error;
        }),
    );
    return 'deferred';
  }

  /** Whoever counts what tasks produce hears of it before the execution may end by it. A late outcome changes nothing. */
  #tellTask(
    turn: Turn,
    active: ActiveExecution,
    event: UndatedEvent,
    { history }: Transition,
  ): void {
    if (event.type !== 'TaskSucceeded' || history.length === 0) return;
    const { output } = event;
    this.#parts.hooks.tell(turn, { type: 'TaskSucceeded', execution: active, output });
  }

  /** Queues the rest of a step whose expressions have been evaluated. */
  #later(active: ActiveExecution, input: Input, finish: (turn: Turn) => void): void {
    const { loop } = this.#parts;
    const rest: Input = {
      execution: active.number,
      ...(input.refuse ? { refuse: input.refuse.bind(input) } : {}),
      again: input.again ?? input,
      perform: (turn) => {
        active.busy = false;
        this.#busy -= 1;
        const waiting = active.waiting.splice(0);
        try {
          if (active.stale) {
            loop.add(input.again ?? input);
            return 'deferred';
          }
          finish(turn);
          return 'done';
        } finally {
          for (const addAgain of waiting) addAgain();
        }
      },
    };
    loop.add(rest);
  }

  /** Makes a transition part of the execution in memory and of the turn, with all that it commands. */
  absorb(turn: Turn, active: ActiveExecution, transition: Transition): void {
    const { used } = active.state.header;
    this.#parts.reducer.apply(active.state, transition);
    // Counted since the transition was computed: expressions may have taken their time.
    const more = usageIn(transition);
    const sum = more === undefined ? used : addUsage(used, more);
    if (sum !== active.state.header.used) {
      active.state.header = { ...active.state.header, ...(sum === undefined ? {} : { used: sum }) };
    }
    turn.add(active, transition);
    this.#tellHistory(turn, active, transition);
    for (const command of transition.commands) this.#carryOut(turn, active, command);
    if (active.state.header.status !== 'RUNNING') this.#end(turn, active, transition);
    else this.#markInterrupted(turn, active, transition.more);
  }

  #tellHistory(turn: Turn, active: ActiveExecution, { history: events }: Transition): void {
    const { hooks } = this.#parts;
    if (events.length === 0 || !hooks.follows(active.machine.key)) return;
    hooks.tell(turn, { type: 'HistoryGrew', execution: active, events });
  }

  #carryOut(turn: Turn, active: ActiveExecution, command: Command): void {
    const { attempts, timers } = this.#perform;
    switch (command.type) {
      case 'ScheduleTask':
        attempts.schedule(turn, active, command);
        break;
      case 'CancelTask':
        attempts.cancel(turn, active, command.thread, command.sequence);
        break;
      case 'SetTimer': {
        const { thread, timer, sequence, at } = command;
        timers.set(turn, active, { thread, kind: timer, sequence, at });
        break;
      }
      case 'ClearTimers':
        timers.clearThread(turn, active, command.thread);
        break;
      case 'SetExecutionTimer':
        timers.set(turn, active, {
          thread: 0,
          kind: 'execution',
          sequence: 0,
          // An express execution has a limit of its own (creations.ts): the sooner of the two counts.
          at: Math.min(command.at, active.timers.get(timerKey(0, 'execution'))?.at ?? command.at),
        });
        break;
      case 'StartMapRun':
        this.#mapRuns.start(turn, active, command);
        break;
      case 'RedriveMapRun':
        this.#mapRuns.redrive(turn, active, command);
        break;
      case 'CancelMapRun':
        this.#mapRuns.cancel(turn, active, command.thread, command.sequence);
        break;
    }
  }

  get #mapRuns(): NonNullable<Hooks['mapRuns']> {
    const { mapRuns } = this.#parts.hooks;
    if (!mapRuns) throw new Error('Nothing here runs distributed Maps');
    return mapRuns;
  }

  /** A transition that stopped half-way goes on after its commit; the mark in the store is for a restart in between. */
  #markInterrupted(turn: Turn, active: ActiveExecution, more: boolean): void {
    const key = timerKey(0, 'continue');
    if (!more) {
      if (active.timers.delete(key)) turn.of(active).timers.add(key);
      return;
    }
    const { time, loop } = this.#parts;
    const at = time.now();
    active.timers.set(key, {
      execution: active.number,
      thread: 0,
      kind: 'continue',
      sequence: 0,
      at,
    });
    turn.of(active).timers.add(key);
    turn.afterCommit(() => loop.add(this.eventInput(active.number, { type: 'Continue' })));
  }

  /**
   * Fails an execution that cannot be advanced: its record is damaged or the reducer has a defect.
   * Only this execution is touched.
   */
  condemnInput(number: number, error: unknown): Input {
    const input: Input = {
      needs: () => this.needs(number),
      perform: (turn) => this.withExecution(turn, number, input, condemn),
    };
    const condemn = (turn: Turn, active: ActiveExecution): Performed => {
      const { header } = active.state;
      if (header.status !== 'RUNNING') return 'done';
      const cause = `The execution cannot go on: ${error instanceof Error ? error.message : error}`;
      const failure = { error: INTERNAL_ERROR, cause };
      const id = header.nextEvent;
      const event = { id, prev: id - 1, at: this.#parts.time.now() };
      this.absorb(turn, active, {
        header: { ...header, status: 'FAILED', nextEvent: id + 1, ...failure },
        touched: [],
        removed: [],
        commands: [],
        history: [{ ...event, type: 'ExecutionFailed', details: failure }],
        more: false,
      });
      return 'done';
    };
    return input;
  }

  #end(turn: Turn, active: ActiveExecution, transition: Transition): void {
    const { actives, waiters, time, hooks } = this.#parts;
    const { attempts, timers, children } = this.#perform;
    // A late event of an execution that had ended before.
    if (active.stoppedAt !== undefined && transition.history.length === 0) return;
    active.stoppedAt = transition.history.at(-1)?.at ?? time.now();
    attempts.cancelAll(turn, active);
    timers.clearAll(turn, active);
    hooks.mapRuns?.cancelAll(turn, active);
    const { mapRun } = active.creation;
    if (mapRun) hooks.mapRuns?.childEnded(turn, active, mapRun);
    children.ended(turn, active);
    hooks.admission?.ended(turn, active);
    hooks.tell(turn, { type: 'ExecutionEnded', execution: active });
    turn.afterCommit(() => {
      actives.drop(active);
      waiters.tell(active);
    });
  }
}
