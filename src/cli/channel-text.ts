/**
 * How channels and deliveries look in a terminal.
 * @module
 */
import colors from 'picocolors';
import type { Channel, Delivery } from '../api/notifications.js';
import { moment } from './monitoring-text.js';
import { firstLine, printable, table } from './text.js';

/** Channels as a table. */
export function channelTable(items: readonly Channel[]): string {
  return table(
    ['channel', 'team', 'type', 'state', 'delivered last', 'declared in'],
    items.map(({ name, team, type, file, deliveredAt, ...how }) => [
      printable(name),
      printable(team),
      printable(type),
      stateOf(how),
      deliveredAt === undefined ? '' : moment(deliveredAt),
      file === undefined ? '' : printable(file),
    ]),
  );
}

function stateOf({
  state,
  problem,
  error,
  since,
}: Pick<Channel, 'state' | 'problem' | 'error' | 'since'>): string {
  if (problem !== undefined) return colors.red(firstLine(problem, 80));
  if (state !== 'failing') return state;
  const why = error === undefined ? '' : `: ${firstLine(error, 80)}`;
  return colors.red(`failing since ${since === undefined ? '?' : moment(since)}${why}`);
}

/** Deliveries as a table. */
export function deliveryTable(items: readonly Delivery[]): string {
  return table(
    ['number', 'at', 'channel', 'status', 'what', ''],
    items.map(
      ({ number, createdAt, channel, address, status, message, tries, error, words, summary }) => [
        String(number),
        moment(createdAt),
        printable(address === undefined ? channel : `${channel} (${address})`),
        coloured(status),
        firstLine(message.title, 60),
        firstLine(
          status === 'FOLDED'
            ? `told in ${summary}`
            : status === 'DELIVERED'
              ? (words ?? '')
              : error === undefined
                ? ''
                : `${tries} tries: ${error}`,
          100,
        ),
      ],
    ),
  );
}

function coloured(status: Delivery['status']): string {
  if (status === 'DEAD') return colors.red(status);
  return status === 'PENDING' ? colors.yellow(status) : status;
}

/** A delivery with all of its message. */
export function deliveryText(delivery: Delivery): string {
  const { title, text, facts, links } = delivery.message;
  return [
    deliveryTable([delivery]),
    '',
    colors.bold(firstLine(title, 300)),
    ...text.split('\n').map((line) => firstLine(line, 300)),
    ...facts.map(({ name, value }) => `  ${printable(name)}: ${firstLine(value, 300)}`),
    ...links.map(({ name, url }) => `  ${printable(name)}: ${printable(url)}`),
  ].join('\n');
}
