/**
 * What a version has touched, and what to do about it if it is bad: steps in their order, each with its owner and its command.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { versionRepairQuery } from '../api/lineage-queries.js';
import type { VersionRepair } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/command.js';
import { RefusalNote } from '../parts/refusal-note.js';
import styles from './lineage-page.module.css';

export function RepairPlan({
  of,
}: {
  of: { name: string; team: string; version: string };
}): ReactElement {
  const [isAsked, setAsked] = useState(false);
  return (
    <section className={styles.section} aria-labelledby="touched">
      <h2 id="touched">What did this version touch?</h2>
      {isAsked ? (
        <Plan of={of} />
      ) : (
        <>
          <p className={styles.note}>
            If it is bad: what was made of it and still is current, and what to do, in order.
          </p>
          <Button onClick={() => setAsked(true)}>Show what to do</Button>
        </>
      )}
    </section>
  );
}

function Plan({ of }: { of: { name: string; team: string; version: string } }): ReactElement {
  const { data, error } = useQuery(versionRepairQuery(of));
  if (data === undefined) {
    return error === null ? (
      <p role="status">It is being looked up …</p>
    ) : (
      <RefusalNote error={error} />
    );
  }
  const { touched, replaced, steps, isCut } = data;
  return (
    <>
      <p role="status">
        {touched === 0
          ? 'Nothing was made of it.'
          : `${formatAmount(touched)} were made of it; ${formatAmount(replaced)} of these are not current any more.`}
        {isCut && ' More was touched than is told here.'}
      </p>
      <ol className={styles.steps} aria-label="What to do">
        {steps.map((step) => (
          <li
            key={`${step.action} ${step.team} ${step.dataset} ${step.version ?? ''} ${step.reason}`}
          >
            <Step step={step} />
          </li>
        ))}
      </ol>
    </>
  );
}

const WORDS = { 'roll back': 'Go back', run: 'Run again', repair: 'Repair', tell: 'Tell' } as const;

function Step({ step }: { step: VersionRepair['steps'][number] }): ReactElement {
  const { action, team, dataset, pipeline, owner, reason, command } = step;
  return (
    <>
      <p className={styles.stepHead}>
        <b>{WORDS[action]}</b>:{' '}
        {pipeline === undefined ? (
          printable(dataset)
        ) : (
          <Link to="/d/$" params={{ _splat: dataset }} search={{ team }}>
            {printable(dataset)}
          </Link>
        )}
      </p>
      <p className={styles.dim}>
        Owner:{' '}
        {owner === undefined
          ? `team ${printable(team)}`
          : `${printable(owner)}, team ${printable(team)}`}
        {pipeline !== undefined && (
          <>
            {' · pipeline '}
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              {printable(pipeline)}
            </Link>
          </>
        )}
      </p>
      <p>{printable(reason)}</p>
      {command !== undefined && <Command text={command} />}
    </>
  );
}
