/**
 * Finds the template that a pipeline file names, puts the pipeline's values in, and checks what comes out.
 * @module
 */
import { join } from 'node:path';
import type { JsonObject } from '../asl/json.js';
import { type Loading, readText } from './loading.js';
import { type TemplateFile, templateFileSchema, templateHeadSchema } from './schema.js';
import { checked } from './schema-problems.js';
import { currentValue, problemAt, type SourceFile } from './source-file.js';
import { putValuesIn, templateValues } from './template.js';

/** A template with the values of one pipeline. */
export interface AppliedTemplate {
  readonly source: SourceFile;
  /** Sections that are valid. */
  readonly sections: Partial<TemplateFile>;
}

/**
 * Reads and fills a template.
 * @param reference `name@version`
 * @param given the pipeline's `with`
 */
export async function applyTemplate(
  reference: string,
  given: JsonObject,
  pipeline: SourceFile,
  loading: Loading,
): Promise<AppliedTemplate | undefined> {
  const source = await findTemplate(reference, pipeline, loading);
  if (source === undefined) return undefined;
  const before = loading.problems.length;
  const head = checked(templateHeadSchema, source, 'template', loading.problems);
  if (head.template === undefined || head.version === undefined) return undefined;
  const name = `${head.template}@${head.version}`;
  if (name !== reference) {
    const message = `the file ${reference}.yaml says it is ${name}`;
    loading.problems.push(problemAt(source, ['template'], 'MILL1406', message));
  }
  const values = templateValues(head.parameters ?? {}, given, pipeline, loading.problems);
  if (loading.problems.slice(before).some((problem) => problem.severity === 'error'))
    return undefined;
  putValuesIn(source, values, loading.problems);
  const value = currentValue(source, loading.problems);
  if (value === undefined) return undefined;
  const filled = { ...source, value };
  return {
    source: filled,
    sections: checked(templateFileSchema, filled, 'template', loading.problems),
  };
}

async function findTemplate(
  reference: string,
  pipeline: SourceFile,
  loading: Loading,
): Promise<SourceFile | undefined> {
  const folder = join(loading.folder, 'templates');
  for (const ending of ['yaml', 'yml']) {
    const file = join(folder, `${reference}.${ending}`);
    const text = await loading.readFile(file);
    if (text !== undefined) return readText(file, text, loading);
  }
  loading.problems.push(
    problemAt(pipeline, ['template'], 'MILL1401', `there is no template "${reference}"`, {
      fix: `create templates/${reference}.yaml beside this file`,
    }),
  );
  return undefined;
}
