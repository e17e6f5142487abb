/**
 * What a caller is told when the store fails under a request: never a bare 500.
 * @module
 */
import { StoreError } from '../../store/errors.js';
import { EngineError } from './errors.js';

/** @example refusalOf(new StoreError('full', 'database or disk is full')).code // 'MILL3016' */
export function refusalOf(error: StoreError): EngineError {
  switch (error.code) {
    case 'full':
    case 'readonly':
      return new EngineError('StorageFull');
    case 'corrupt':
      return new EngineError('StoreDamaged', { problem: error.message });
    case 'reads-full':
      return new EngineError('TooManyReads');
    case 'read-late':
      return new EngineError('ReadTooLong');
    case 'reader-lost':
      return new EngineError('ReadFailed', { problem: error.message });
    case 'closing':
      return new EngineError('ShuttingDown');
    default:
      return new EngineError('EngineFailed', { problem: error.message });
  }
}

/** Throws what a caller is told instead of an error of the store. */
export function refuseStored(error: unknown): never {
  throw error instanceof StoreError ? refusalOf(error) : error;
}
