/**
 * What is wrong in pipeline files: where, what, why, and what to do.
 * @module
 */
import { type ReactElement, useState } from 'react';
import type { FileProblem } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './file-problems.module.css';

/** Shown before somebody asks for all. */
const FIRST = 3;

export function FileProblems({
  problems,
}: {
  problems: readonly FileProblem[];
}): ReactElement | null {
  const [all, setAll] = useState(false);
  const errors = problems.filter((problem) => problem.severity === 'error');
  const sorted = [...errors, ...problems.filter((problem) => problem.severity !== 'error')];
  if (problems.length === 0) return null;
  const shown = all ? sorted : sorted.slice(0, FIRST);
  const worst = errors.length > 0 ? 'error' : 'warning';
  return (
    <section
      className={styles.problems}
      data-severity={worst}
      aria-label="Problems in pipeline files"
    >
      <h2 className={styles.title}>{headline(errors.length, problems.length - errors.length)}</h2>
      <ul className={styles.items}>
        {shown.map((problem) => (
          <Problem
            key={`${problem.file}:${problem.line}:${problem.column}:${problem.code}:${problem.message}`}
            problem={problem}
          />
        ))}
      </ul>
      {problems.length > FIRST && (
        <Button look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${problems.length}`}
        </Button>
      )}
    </section>
  );
}

function Problem({ problem }: { problem: FileProblem }): ReactElement {
  const { severity, code, message, file, line, column, why, fix } = problem;
  return (
    <li className={styles.item}>
      <span className={styles.sign} data-severity={severity}>
        {severity === 'error' ? <StatusIcon status="FAILED" /> : <Icon name="warning" />}
        <span className="sr-only">{severity}</span>
      </span>
      <div>
        <p className={styles.what}>
          {printable(message)} <code className={styles.code}>{code}</code>
        </p>
        <p className={styles.place}>
          <code>
            {printable(file)}:{line}:{column}
          </code>
        </p>
        {why !== undefined && <p className={styles.detail}>Why: {printable(why)}</p>}
        {fix !== undefined && <p className={styles.detail}>Fix: {printable(fix)}</p>}
      </div>
    </li>
  );
}

/** @example headline(1, 2) // '1 error and 2 warnings in pipeline files' */
export function headline(errors: number, warnings: number): string {
  const counted = (count: number, word: string): string =>
    `${count} ${word}${count === 1 ? '' : 's'}`;
  const parts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  return `${parts.join(' and ')} in pipeline files`;
}
