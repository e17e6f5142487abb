/**
 * An alert of Prometheus as a check: its name is what is checked, its other labels are tags, so each set of labels is a series.
 *
 *     firing ──▶ CRITICAL, or WARNING where the label `severity` says no more ──resolved──▶ OK
 *
 * @module
 */
import type { PrometheusAlert } from '../api/alertmanager.js';
import type { Engine } from '../engine/engine.js';

/** What `severity` says of alerts that nobody is called for; there is no standard for it. */
const MILD: ReadonlySet<string> = new Set(['warning', 'warn', 'minor', 'info', 'none', 'low']);

/** @example checkOfAlert(engine, { status: 'firing', labels: { alertname: 'DiskFull' }, annotations: {} }).status // 'CRITICAL' */
export function checkOfAlert(
  { arns }: Pick<Engine, 'arns'>,
  { status, labels, annotations }: PrometheusAlert,
): Parameters<Engine['checks']['report']>[1] {
  const { alertname: name = '', severity = '', ...tags } = labels;
  const { accountId: account, region } = arns.identity;
  const { summary, description, message } = annotations;
  const isMild = MILD.has(severity.toLowerCase());
  return {
    subject: { provider: 'prometheus', account, region, kind: 'alert', name },
    // Else it would be another series once somebody makes it graver: severity is no tag.
    tags,
    status: status === 'resolved' ? 'OK' : isMild ? 'WARNING' : 'CRITICAL',
    cause: (status === 'resolved'
      ? 'resolved'
      : (summary ?? description ?? message ?? 'firing')
    ).slice(0, 10_000),
  };
}
