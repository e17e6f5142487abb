/**
 * A real Prometheus on a free port, with a configuration and rules of the test.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

export interface PrometheusServer {
  /** What its API answers under `data`. */
  api<Data>(path: string): Promise<Data>;
  /** The values of an expression now. */
  query(
    expression: string,
  ): Promise<{ metric: { [label: string]: string }; value: [number, string] }[]>;
  close(): Promise<void>;
}

/** @param configuration without `rule_files`; rules by the names of their files */
export async function startPrometheus(
  configuration: object,
  rules: { readonly [file: string]: string } = {},
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-prometheus-'));
  for (const [name, text] of Object.entries(rules)) writeFileSync(join(folder, name), text);
  const rule_files = Object.keys(rules);
  // Every JSON document is YAML.
  writeFileSync(join(folder, 'p.yml'), JSON.stringify({ ...configuration, rule_files }));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/p.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-4_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
      return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true;
    },
    (ready) => ready,
  );
  if (!isReady) throw new Error(`Prometheus is not ready: ${said}`);
  const api = async <Data>(path: string): Promise<Data> => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    const { status, data, error } = (await answer.json()) as {
      status: string;
      data: Data;
      error?: string;
    };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  return {
    api,
    async query(expression) {
      const { result } = await api<{ result: never[] }>(
        `query?query=${encodeURIComponent(expression)}`,
      );
      return result;
    },
    async close() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
