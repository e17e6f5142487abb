/**
 * Alerts of Prometheus: what its Alertmanager sends to a webhook.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema } from './values.js';

const labels = z.record(z.string().max(200), z.string().max(10_000));

const ALERT = {
  status: 'firing' as const,
  labels: { alertname: 'DiskFull', severity: 'critical', county: 'alpine' },
  annotations: { summary: 'the disk is full' },
};

/** Members that it has besides are not looked at: later versions may add some. */
export const prometheusAlertSchema = z
  .looseObject({
    status: z.enum(['firing', 'resolved']),
    labels: labels.refine(({ alertname = '' }) => alertname !== '', {
      message: 'expected a label "alertname"',
    }),
    annotations: labels.default({}),
  })
  .meta({ id: 'PrometheusAlert', examples: [ALERT] });
export type PrometheusAlert = z.infer<typeof prometheusAlertSchema>;

export const takeAlerts = route('POST', PATHS.alertmanager, {
  needs: 'operator',
  summary: "Take alerts of Prometheus' Alertmanager",
  description: 'Each alert is a check. Durable when it answers.',
  body: z.looseObject({
    version: z.literal('4'),
    alerts: z.array(prometheusAlertSchema).max(1_000),
  }),
  response: {
    200: z.strictObject({ reported: countSchema.describe('Check results') }),
    ...problems,
  },
});
