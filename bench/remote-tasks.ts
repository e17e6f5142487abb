/**
 * Tasks that wait for jobs of another system: commits of each, memory of a thousand, and calls that look at them.
 * @module
 */
import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { newDataFolder, report, round } from './load.js';

interface Figures {
  alone: number;
  ended: number;
  bulk: number;
  waiting: { looks: number; looked: number; commits: number };
  highest: number;
  submit_ms: number;
  end_ms: number;
  end_commits: number;
}

/** @param count tasks that wait @param seconds for which they are watched */
export async function remoteTasks(count: number, seconds: number): Promise<void> {
  const data = newDataFolder();
  const server = join(import.meta.dirname, 'remote-server.mjs');
  const child = fork(server, [data, String(count), String(seconds)]);
  const gone = new Promise<null>((done) => child.once('exit', () => done(null)));
  const told = new Promise<Figures>((resolve) => child.once('message', resolve as never));
  const figures = await Promise.race([told, gone]);
  if (figures === null) throw new Error('The server ended before it had figures');
  await gone;
  rmSync(data, { recursive: true, force: true });
  const { waiting } = figures;
  report({
    bench: 'remote tasks',
    tasks: count,
    commits_until_it_waits_alone: round(figures.alone, 2),
    commits_at_its_end_alone: round(figures.ended, 2),
    goal_commits: '<= 2 and <= 1',
    commits_until_all_wait: figures.bulk,
    commits_while_they_wait: waiting.commits,
    commits_until_all_have_ended: figures.end_commits,
    submit_per_s: Math.round((count * 1_000) / figures.submit_ms),
    end_ms: Math.round(figures.end_ms),
    looks_per_minute: Math.round((waiting.looks * 60) / seconds),
    jobs_per_look: round(waiting.looked / Math.max(1, waiting.looks), 1),
    rss_mb: Math.round(figures.highest / 1e6),
    goal_rss_mb: '< 300',
  });
}
