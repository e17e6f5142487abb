/**
 * Route × role × team, generated: every route of the OpenAPI document and every operation of AWS's APIs is asked by each role,
 * about its own team and about another one. What is answered must be what the contract says, and is written down for people
 * (docs/guides/roles.md), so a change of who may what is seen in a review.
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTRACT } from '../../src/api/contract.js';
import { PREFIX } from '../../src/api/paths.js';
import type { Need, Route } from '../../src/api/route.js';
import { ROLES, type Role, reaches } from '../../src/engine/kernel/roles.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { roleFor } from '../../src/http/wire/needs.js';
import { SCHEDULER_OPERATIONS } from '../../src/http/wire/scheduler/model.js';
import { SERVICES } from '../../src/http/wire/services.js';
import { echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';
import { namesWith, openTeam, type Team } from './two-teams.js';
import { CASES } from './wire-cases.js';

const OWN = 'quokka';
const OTHER = 'narwhal';
/** Who asks: a role in one team, or admin of all. */
type Asker = Role | 'server';
const ASKERS: readonly Asker[] = [...ROLES, 'server'];

/** Names of what nobody has. */
const nothing = namesWith('nobody');

let it: TestServer;
const teams = new Map<Role, Team & { close(): void }>();
/** What each route answered each asker about its own team and about another one. */
const told = new Map<string, Map<string, number>>();

beforeAll(async () => {
  it = await openTestServer();
  const { engine } = it.server;
  for (const team of [OWN, OTHER]) {
    await engine.pipelines.deploy(echoPipeline(`${team}-echo`, { team }));
    await engine.monitors.put(ofTeam(team), `${team}-watch`, {});
    await engine.secrets.set(ofTeam(team), `${team}-api`, `a value of ${team}`, 'tests');
    await engine.users.put(EVERYTHING, `${team}-ana`, { roles: { [team]: 'viewer' } });
    await engine.executions.run(EVERYTHING, { pipeline: `${team}-echo`, team });
  }
  for (const role of ROLES) teams.set(role, await openTeam(it, OWN, role));
}, 180_000);
afterAll(async () => {
  for (const team of teams.values()) team.close();
  await it.close();
});

const label = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

function tokenOf(asker: Asker): Promise<string> {
  const of = asker === 'server' ? {} : { role: asker, teams: [OWN] };
  return it.server.authenticator.issue('api', { label: `${asker} of it`, ...of });
}

/** The status of the answer, and its text; a stream is left when it has begun. */
async function ask(
  { method, path }: Pick<Route, 'method' | 'path'>,
  token: string,
  team: string,
): Promise<{ status: number; text: string }> {
  const named = path
    .replace(':name', `${team}-${path.startsWith('/pipelines') ? 'echo' : 'nothing'}`)
    .replace(':id', '00000000-0000-4000-8000-000000000000')
    .replace(':number', '77');
  const place = path === '/metrics' ? path : `${PREFIX}${named}`;
  const leave = new AbortController();
  const response = await fetch(`${it.server.url}${place}?team=${team}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  });
  const { status } = response;
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  const text = isStream ? '' : await response.text();
  leave.abort();
  return { status, text };
}

function mayAsk(asker: Asker, needs: Need): boolean {
  if (asker === 'server' || needs === 'nobody') return true;
  return needs !== 'server' && reaches(asker, needs);
}

/** Every route of the document, with what the contract says of it. */
async function documented(): Promise<Route[]> {
  const { paths } = (await it.request('GET', `${PREFIX}/openapi.json`)).json<{
    paths: { [path: string]: { [method: string]: unknown } };
  }>();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): Route => {
      const plain = path.replace(PREFIX, '').replaceAll(/\{(\w+)\}/g, ':$1');
      const same = (one: Route): boolean => label(one) === `${method.toUpperCase()} ${plain}`;
      const known = CONTRACT.find(same);
      if (known !== undefined) return known;
      expect(plain).toBe('/metrics');
      return { method: 'GET', path: plain, schema: { needs: 'viewer', summary: '', response: {} } };
    }),
  );
}

test('every route of the document asks each role for what the contract says', async () => {
  const routes = await documented();
  expect(routes.length).toBeGreaterThan(70);
  for (const route of routes) {
    const { needs } = route.schema;
    const row = new Map<string, number>();
    told.set(label(route), row);
    for (const asker of ASKERS) {
      // Of its own: some routes end what they are asked with.
      const { status, text } = await ask(route, await tokenOf(asker), OWN);
      const what = `${asker}: ${label(route)} ${status} ${text}`;
      expect(status, what).not.toBe(needs === 'nobody' ? 403 : 401);
      if (needs !== 'nobody') expect(status === 403, what).toBe(!mayAsk(asker, needs));
      expect(status, what).toBeLessThan(500);
      row.set(asker, status);
    }
  }
}, 120_000);

test('no route shows or gives anything of another team, whatever the role', async () => {
  for (const route of await documented()) {
    const { needs } = route.schema;
    for (const asker of ROLES) {
      const { status, text } = await ask(route, await tokenOf(asker), OTHER);
      const what = `${asker}: ${label(route)} ${status} ${text}`;
      told.get(label(route))?.set(`${asker} of another team`, status);
      if (needs === 'nobody') continue;
      if (!mayAsk(asker, needs)) expect(status, what).toBe(403);
      // What is made must be somebody's; what is named is not there; a list is empty.
      else expect([200, 201, 204, 400, 403, 404], what).toContain(status);
      const words = text.replaceAll(`${OTHER}-nothing`, '').replaceAll(`'${OTHER}-echo'`, '');
      expect(words, what).not.toContain(OTHER);
    }
  }
}, 120_000);

describe('operations of AWS’s APIs', () => {
  const names = Object.values(SERVICES).flatMap(({ actions, shapes, reading }) =>
    Object.keys(shapes).map((name) => [actions, name, roleFor(name, reading)] as const),
  );
  const scheduled = Object.entries(SCHEDULER_OPERATIONS).map(
    ([name, { method }]) => ['scheduler', name, method === 'GET' ? 'viewer' : 'editor'] as const,
  );

  test.each([...names, ...scheduled])('%s:%s is for %ss', async (actions, name, needs) => {
    const service = actions === 'states' ? 'sfn' : (actions as 'events' | 'scheduler');
    const one = CASES.find(([of, operation]) => of === service && operation === name);
    // What has no reference needs no input to be refused.
    const input = one?.[2](nothing) ?? { Name: 'made' };
    for (const role of ROLES) {
      const { error, message } = (await teams.get(role)?.call(service, name, input)) ?? {};
      const isDenied = error === 'AccessDeniedException';
      expect(isDenied, `${role}: ${error} ${message}`).toBe(!reaches(role, needs));
    }
  });
});

test('what each role may is written down', async () => {
  const lines = [...told].map(([route, row]) => {
    const cells = ASKERS.map((asker) => (row.get(asker) === 403 ? '–' : 'yes'));
    return `| \`${route}\` | ${cells.join(' | ')} |`;
  });
  const wire = Object.values(SERVICES).flatMap(({ actions, shapes, reading }) =>
    Object.keys(shapes).map((name) => {
      const needs = roleFor(name, reading);
      const cells = ROLES.map((role) => (reaches(role, needs) ? 'yes' : '–'));
      return `| \`${actions}:${name}\` | ${cells.join(' | ')} |`;
    }),
  );
  const page = `# Who may what

Generated from what a server answered (\`test/attack/roles.test.ts\`). What is *yes* is so in the teams in which somebody has the role;
of another team every role is told what it would be told of a team that does not exist. What each role is for: [Access](access.md).

<!-- test -->
\`\`\`sh
millrace token create --team default --role editor --label deploys
\`\`\`

| route | viewer | operator | editor | admin | admin of all teams |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

Access keys for AWS's clients (operations of EventBridge Scheduler that read: viewer; all others: editor):

| operation | viewer | operator | editor | admin |
| --- | --- | --- | --- | --- |
${wire.join('\n')}
`;
  await expect(page).toMatchFileSnapshot('../../docs/guides/roles.md');
});
