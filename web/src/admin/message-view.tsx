/**
 * A message as people read it: title, text, facts, where to go.
 * @module
 */
import type { ReactElement } from 'react';
import type { Delivery } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Tags } from '../parts/tags.js';
import { When } from '../parts/when.js';
import styles from './message-view.module.css';

export function MessageView({ message }: { message: Delivery['message'] }): ReactElement {
  const { title, text, level, facts, links, tags, at, kind, team, thread } = message;
  return (
    <article className={styles.message} data-level={level} aria-label="The message">
      <h3 className={styles.title}>{printable(title)}</h3>
      {text !== '' && <p className={styles.text}>{printable(text)}</p>}
      {facts.length > 0 && (
        <dl className={styles.facts}>
          {facts.map(({ name, value }) => (
            <div key={name}>
              <dt>{printable(name)}</dt>
              <dd>{printable(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <Tags tags={tags} />
      {links.length > 0 && (
        <p className={styles.links}>
          {links.filter(isAddress).map(({ name, url }) => (
            <a key={url} href={url} rel="noreferrer">
              {printable(name)}
            </a>
          ))}
        </p>
      )}
      <p className={styles.about}>
        {level}, {printable(kind)}, team {printable(team)}, <When at={at} />, thread{' '}
        {printable(thread)}
      </p>
    </article>
  );
}

/** Links come from others, too: only what opens a page is one. */
function isAddress({ url }: { url: string }): boolean {
  return /^https?:\/\//i.test(url);
}
