/**
 * What came of a version's contract: each rule with its sign, in words, with rows that break it and what to do.
 * @module
 */
import type { ReactElement } from 'react';
import type { DatasetVersion } from '../api/types.js';
import { asideWords } from '../data/held-back.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './contract-result.module.css';
import type { ContractOutcome, RuleResult } from './version-results.js';

export function ContractResult({ version }: { version: DatasetVersion }): ReactElement {
  if (version.contract === undefined) {
    return <p className={styles.none}>It has no contract: nothing was checked.</p>;
  }
  const { rules, verdict, rows, quarantined, leftOff } =
    version.contract as unknown as ContractOutcome;
  const broken = rules.filter(({ status }) => status !== 'OK').length;
  return (
    <div className={styles.contract}>
      <h3>
        Contract:{' '}
        {broken === 0
          ? 'every rule holds'
          : `${broken} of ${rules.length} rules ${broken === 1 ? 'is' : 'are'} broken`}
      </h3>
      <ul className={styles.rules} aria-label={`Rules of the contract, ${version.version}`}>
        {rules.map((rule) => (
          <Rule key={rule.rule} rule={rule} />
        ))}
      </ul>
      {leftOff !== undefined && (
        <p className={styles.none}>
          {formatAmount(leftOff.rules)} more rules and {formatAmount(leftOff.rows)} more rows are
          not shown.
        </p>
      )}
      <p className={styles.none}>
        {formatAmount(rows)} rows were checked{quarantined > 0 && `, ${asideWords(quarantined)}`}:{' '}
        {verdict === 'block' ? 'must not be published.' : 'may be published.'}
      </p>
    </div>
  );
}

function Rule({ rule }: { rule: RuleResult }): ReactElement {
  const { status, words, fix, rows } = rule;
  const holds = status === 'OK';
  return (
    <li className={styles.rule}>
      <span className={styles.sign}>
        <StatusIcon status={status} />
        <span className="sr-only">{holds ? 'holds' : effect(rule)}: </span>
      </span>
      <div className={styles.body}>
        <p>
          {printable(words)}
          {!holds && (
            <span className={styles.effect} data-status={status}>
              {' '}
              {printable(rule.rule)}, {effect(rule)}
            </span>
          )}
        </p>
        {!holds && fix !== undefined && <p className={styles.fix}>Fix: {printable(fix)}</p>}
        {rows.length > 0 && (
          <ul className={styles.rows} aria-label="Rows that break it">
            {rows.map((row) => {
              const text = printable(JSON.stringify(row));
              return <li key={text}>{text}</li>;
            })}
          </ul>
        )}
      </div>
    </li>
  );
}

function effect({ severity, status }: RuleResult): string {
  if (status === 'CRITICAL') return 'blocks';
  return severity === 'quarantine' ? 'sets rows aside' : 'warns';
}
