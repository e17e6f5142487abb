/**
 * The interpreter, as the engine calls it: a port, so that the simulation can put a defective one in its place.
 * @module
 */
import type { Machine } from '../../asl/compile.js';
import type { MachineDefinition } from '../../asl/definition.js';
import type { ExecutionContext, ExecutionState } from '../../asl/execution-state.js';
import type { Evaluate, ExecutionEvent, Transition } from '../../asl/transition.js';

export interface Reducer {
  compile(definition: MachineDefinition, pointer: string): Machine;
  start(context: ExecutionContext): ExecutionState;
  advance(
    machine: Machine,
    state: ExecutionState,
    event: ExecutionEvent,
    evaluate: Evaluate,
  ): Transition | Promise<Transition>;
  apply(state: ExecutionState, transition: Transition): void;
}
