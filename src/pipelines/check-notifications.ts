/**
 * Checks the section `notifications` beyond its shape: steps that are named, and addresses that something reaches.
 * @module
 */
import { CHANNELS } from '../channels/channels.js';
import type { Loading } from './loading.js';
import type { NotificationRule } from './sections/notifications-section.js';
import { problemAt, type SourceFile } from './source-file.js';

/** Names of channels, as a team's file gives them. */
const CHANNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** Adds everything that is wrong with who is told to the problems. */
export function checkNotifications(
  written: NotificationRule | NotificationRule[],
  source: SourceFile,
  loading: Loading,
): void {
  for (const [index, { type, steps, targets }] of [written].flat().entries()) {
    const path = ['notifications', ...(Array.isArray(written) ? [index] : [])];
    if ((type === 'STEP') !== (steps !== undefined)) {
      const message =
        type === 'STEP'
          ? 'STEP needs the names of steps'
          : `steps are for STEP, and this is ${type}`;
      const fix = type === 'STEP' ? 'add steps: [NAME]' : 'take steps away, or write type: STEP';
      const place = type === 'STEP' ? path : [...path, 'steps'];
      loading.problems.push(problemAt(source, place, 'MILL1305', message, { fix, mark: 'key' }));
    }
    for (const [at, { channel, addresses }] of targets.entries()) {
      for (const [place, address] of addresses.entries()) {
        const own = CHANNELS.get(channel.toLowerCase())?.addresses;
        if (CHANNEL_NAME.test(address) || own?.pattern.test(address)) continue;
        const message = `no channel of the kind ${channel} reaches "${address.slice(0, 100)}"`;
        const like = own === undefined ? '' : `, or an address like ${own.like}`;
        const fix = `write the name of a channel in the team's file${like}`;
        const where = [...path, 'targets', at, 'addresses', place];
        loading.problems.push(problemAt(source, where, 'MILL1305', message, { fix }));
      }
    }
  }
}
