/**
 * What the demo runs: `examples/demo.json` says it, so that a new example needs no code.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const runSchema = z.strictObject({
  title: z.string(),
  /** Name of a pipeline, or the beginning of several ones with a `*`. */
  pipeline: z.string(),
  input: z.json().optional(),
  /** How it must end. */
  expect: z.enum(['SUCCEEDED', 'FAILED']),
  /** Pipelines of a `*` that must end otherwise. */
  except: z.record(z.string(), z.enum(['SUCCEEDED', 'FAILED'])).optional(),
  /** A program that its functions are written for; their twins in Node run where it is missing. */
  needs: z.string().optional(),
});

/** One execution of the demo. */
export interface DemoRun {
  title: string;
  pipeline: string;
  input: unknown;
  expect: string;
  /** Said to the user before it starts. */
  note: string | undefined;
}

/**
 * Reads the plan and applies it to the pipelines that are deployed.
 * @param names of the deployed pipelines
 */
export function readDemoPlan(examples: string, names: readonly string[]): DemoRun[] {
  const text = readFileSync(join(examples, 'demo.json'), 'utf8');
  const plan = z.array(runSchema).parse(JSON.parse(text));
  return plan.flatMap((run) => {
    const missing = run.needs !== undefined && !isInstalled(run.needs);
    const note = missing
      ? `${run.needs} is not installed here, so ${run.pipeline} runs the same handlers in Node.js`
      : undefined;
    const pipelines = run.pipeline.endsWith('*')
      ? names.filter((name) => name.startsWith(run.pipeline.slice(0, -1)))
      : [run.pipeline];
    return pipelines.map((pipeline) => ({
      title: pipelines.length === 1 ? run.title : `${run.title}: ${pipeline}`,
      pipeline,
      input: run.input,
      expect: run.except?.[pipeline] ?? run.expect,
      note,
    }));
  });
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
