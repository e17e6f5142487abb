/**
 * Tells the feed what a committed turn changed.
 * @module
 */
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import type { Feed, FeedChange } from './feed.js';
import type { Sink } from './ports.js';
import type { PendingWrite, Turn } from './turn.js';

/** Builds a turn's changes once and gives them to the feed and the configured sink. */
export function publishTurn(
  turn: Turn,
  feed: Feed,
  sink: Sink | undefined,
  secrets: SecretRegistry,
): void {
  const changes: FeedChange[] = [];
  for (const write of turn.writes.values()) addChanges(changes, write, secrets);
  if (changes.length === 0) return;
  feed.publish(changes);
  sink?.publish(changes);
}

function addChanges(
  changes: FeedChange[],
  { active, history, shown }: PendingWrite,
  secrets: SecretRegistry,
): void {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last) return;
  const { id, pipeline, team, name, startedAt } = active.creation;
  const subject = { execution: id, number: active.number, pipeline, team };
  changes.push({ type: 'history', events: shown ? [...shown] : history, ...subject });
  const { status, error, cause } = active.state.header;
  const begins = first.type === 'ExecutionStarted' || first.type === 'ExecutionRedriven';
  if (!begins && status === 'RUNNING') return;
  changes.push({
    type: 'execution',
    status,
    name,
    startedAt,
    ...(active.stoppedAt === undefined ? {} : { stoppedAt: active.stoppedAt }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause: secrets.text(cause, active.secrets) }),
    ...subject,
  });
}
