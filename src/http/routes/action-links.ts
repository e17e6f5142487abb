/**
 * Clicks of messages: a page that says what a link does, with a button that does it.
 *
 * Opening changes nothing: whoever scans mails opens every link in them. The link itself is what allows it: it is sealed, does one
 * thing to one incident, and once.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { HttpError } from '../errors.js';
import { createRateLimit } from '../rate-limit.js';
import type { HttpServices } from '../services.js';

/** Clicks of one address in a minute. */
const MOST_CLICKS = 60;
const HTML = 'text/html; charset=utf-8';

const querystring = z.object({ token: z.string().min(1).max(600) });

export async function actionLinkRoutes(
  instance: FastifyInstance,
  { engine, secrets }: HttpServices,
): Promise<void> {
  const clicks = createRateLimit(MOST_CLICKS, Date.now);
  const take = (address: string): void => {
    if (!clicks.take(address)) throw new HttpError('TooManyRequests', { what: 'clicks' });
  };
  await instance.register(async (scope) => {
    // A form without fields: nothing of its body is read.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_024 },
      (_request, _body, done) => done(null, undefined),
    );
    const app = scope.withTypeProvider<ZodTypeProvider>();

    app.get('/act', { schema: { hide: true, querystring } }, async (request, reply) => {
      take(request.ip);
      const { words, incident } = await engine.incidents.describeLink(request.query.token);
      const title = secrets.text(`#${incident.number} ${incident.title}`);
      return reply.type(HTML).send(
        page(
          title,
          `<form method="post" action="/act?token=${encodeURIComponent(request.query.token)}">
            <p>${escaped(secrets.text(incident.last.words))}</p>
            <button type="submit">${escaped(words)}</button>
          </form>`,
        ),
      );
    });

    app.post('/act', { schema: { hide: true, querystring } }, async (request, reply) => {
      take(request.ip);
      const incident = await engine.incidents.followLink(request.query.token);
      const title = secrets.text(`#${incident.number} ${incident.title}`);
      const stands =
        incident.snoozedUntil === undefined
          ? `It is ${incident.status.toLowerCase()}.`
          : `It is snoozed until ${new Date(incident.snoozedUntil).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
      return reply.type(HTML).send(page(title, `<p>Done. ${escaped(stands)}</p>`));
    });
  });
}

function page(title: string, body: string): string {
  const said = escaped(title);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>${said}</title>
</head>
<body>
  <main>
    <h1>${said}</h1>
    ${body}
    <p><a href="/incidents">All incidents</a></p>
  </main>
</body>
</html>
`;
}

function escaped(text: string): string {
  const forms: { readonly [sign: string]: string } = {
    ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  };
  return text.replaceAll(/[&<>"']/g, (sign) => forms[sign] ?? sign);
}
