/**
 * What Prometheus scrapes. It lies where Prometheus looks by itself, and not under the prefix of the REST API.
 * @module
 */
import { z } from 'zod';
import { problems } from './problem.js';
import { route } from './route.js';

export const METRICS_PATH = '/metrics';

export const scrapeMetrics = route('GET', METRICS_PATH, {
  needs: 'viewer',
  summary: 'Metrics for Prometheus: those of the teams that the token sees',
  description:
    'As OpenMetrics, with exemplars, when the Accept header names it; else in the text format that every Prometheus reads.',
  response: {
    200: {
      description: 'Metric families',
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems,
  },
});
