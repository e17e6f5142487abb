/**
 * What the keys do.
 * @module
 */
import type { ReactElement } from 'react';
import { Dialog } from '../parts/dialog.js';
import styles from './help-dialog.module.css';
import { useRememberedSwitch } from './remembered.js';

const KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['/', 'filter the list'],
  ['g n', 'go to what is now'],
  ['g p', 'go to the pipelines'],
  ['g e', 'go to the executions'],
  ['g d', 'go to the datasets'],
  ['g s', 'go to SQL'],
  ['g c', 'go to the checks and expectations'],
  ['g b', 'go to the board'],
  ['g i', 'go to the incidents'],
  ['g a', 'go to the alerts and monitors'],
  ['g l', 'go to the logs of all executions'],
  ['g m', 'go to channels, deliveries, silences and tokens'],
  ['j', 'next row'],
  ['k', 'previous row'],
  ['Enter', 'open the row'],
  ['a', 'acknowledge this incident, or that of the row'],
  ['l', 'logs of this execution'],
  ['r', 'redrive this execution'],
  ['?', 'this help'],
];

export function HelpDialog({
  open,
  onClose,
}: {
  open: boolean;
  onClose: () => void;
}): ReactElement {
  const [on, setOn] = useRememberedSwitch('hotkeys', true);
  return (
    <Dialog title="Keys" open={open} onClose={onClose}>
      <dl className={styles.keys}>
        {KEYS.map(([keys, action]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.switch}>
        <input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} />
        Keys without a modifier are on
      </label>
    </Dialog>
  );
}
