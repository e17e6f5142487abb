/**
 * Which services of an account of AWS are meant: asked alike by whoever adds one and whoever checks it.
 * @module
 */
import { Flags } from '@oclif/core';
import { DRIVEN, WATCHED } from '../aws/onboarding/permissions.js';

export const accountFlags = {
  watch: Flags.string({
    description: 'services whose things are watched (default: all)',
    multiple: true,
    options: [...WATCHED, 'none'],
  }),
  drive: Flags.string({
    description: 'services in which pipelines work (default: none)',
    multiple: true,
    options: [...DRIVEN],
    default: [],
  }),
};

/**
 * The services that `--watch` means; undefined: it was not given, and all are.
 * @example watchedOf(['none']) // []
 */
export function watchedOf(given: readonly string[] | undefined): string[] | undefined {
  return given?.filter((one) => one !== 'none');
}
