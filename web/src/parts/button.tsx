/**
 * A button. `primary` is for the one thing that a page or dialog is about.
 * @module
 */
import type { ButtonHTMLAttributes, ReactElement } from 'react';
import styles from './button.module.css';
import { classes } from './class-names.js';

export function Button({
  look = 'plain',
  className,
  ...rest
}: {
  look?: 'plain' | 'primary' | 'quiet';
} & ButtonHTMLAttributes<HTMLButtonElement>): ReactElement {
  return (
    <button type="button" {...rest} className={classes(styles.button, styles[look], className)} />
  );
}
