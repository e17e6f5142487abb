/**
 * A set that mostly has one member, and is that member then: ten thousand rules make as many of these, and each set object
 * costs two visits of memory that an event has to wait for. Members are objects and no sets themselves.
 * @module
 */

/** No member, one, or a set of several. */
export type Few<T extends object> = undefined | T | Set<T>;

/** With one more member. */
export function withMember<T extends object>(few: Few<T>, member: T): Few<T> {
  if (few === undefined) return member;
  if (few instanceof Set) return few.add(member);
  return few === member ? few : new Set([few, member]);
}

/** Without a member. */
export function withoutMember<T extends object>(few: Few<T>, member: T): Few<T> {
  if (!(few instanceof Set)) return few === member ? undefined : few;
  few.delete(member);
  if (few.size > 1) return few;
  const [last] = few;
  return last;
}

/** Calls `visit` with each member. */
export function visitMembers<T extends object>(few: Few<T>, visit: (member: T) => void): void {
  if (few === undefined) return;
  if (few instanceof Set) few.forEach(visit);
  else visit(few);
}
