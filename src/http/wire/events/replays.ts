/**
 * Replays: the events of an archive once more on its bus.
 * @module
 */
import type { ReplayDetail } from '../../../engine/features/rules/calls/replay-calls.js';
import { type Call, timestamp } from '../call.js';
import { invalid, present } from './names.js';
import { pageOf } from './pages.js';

export async function startReplay({ engine, caller, request }: Call): Promise<object> {
  const { ReplayName, Description, EventSourceArn, Destination } = request;
  const replay = await engine.replays.start(caller.own, {
    name: ReplayName,
    ...(Description ? { description: Description } : {}),
    source: EventSourceArn,
    from: request.EventStartTime,
    to: request.EventEndTime,
    destination: {
      Arn: Destination.Arn,
      ...(Destination.FilterArns ? { FilterArns: Destination.FilterArns } : {}),
    },
  });
  return {
    ReplayArn: replay.arn,
    State: replay.state,
    ReplayStartTime: timestamp(replay.startedAt),
  };
}

export function describeReplay({ engine, caller, request }: Call): object {
  const replay = engine.replays.describe(caller.own, request.ReplayName);
  return {
    ReplayArn: replay.arn,
    ...present({ Description: replay.description }),
    Destination: replay.destination,
    ...shown(replay),
  };
}

export function listReplays({ engine, caller, request }: Call): object {
  const { NamePrefix, EventSourceArn, State } = request;
  if ([NamePrefix, EventSourceArn, State].filter((filter) => filter).length > 1) {
    throw invalid(
      'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
    );
  }
  const wanted = engine.replays.list(caller.own).filter(({ name, state, source }) => {
    if (State && State !== state) return false;
    if (EventSourceArn && EventSourceArn !== source) return false;
    return name.startsWith(NamePrefix ?? '');
  });
  const { items, rest } = pageOf('replays', wanted, ({ name }) => name, request);
  return { Replays: items.map(shown), ...rest };
}

export async function cancelReplay({ engine, caller, request }: Call): Promise<object> {
  const replay = await engine.replays.cancel(caller.own, request.ReplayName);
  return { ReplayArn: replay.arn, State: replay.state };
}

function shown(replay: ReplayDetail): object {
  return present({
    ReplayName: replay.name,
    EventSourceArn: replay.source,
    State: replay.state,
    StateReason: replay.reason,
    EventStartTime: timestamp(replay.from),
    EventEndTime: timestamp(replay.to),
    EventLastReplayedTime: replay.lastReplayed && timestamp(replay.lastReplayed),
    ReplayStartTime: timestamp(replay.startedAt),
    ReplayEndTime: replay.endedAt && timestamp(replay.endedAt),
  });
}
