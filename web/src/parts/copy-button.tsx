/**
 * Copies a text and says that it did.
 * @module
 */
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from './button.js';
import { Icon } from './icon.js';

const SAID_MS = 2_000;

export function CopyButton({
  text,
  label = 'Copy',
  look = 'plain',
  what,
}: {
  text: string | (() => string);
  label?: string;
  look?: 'plain' | 'quiet';
  /** What is copied, for those who do not see where the button stands. */
  what?: string;
}): ReactElement {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = window.setTimeout(setOutcome, SAID_MS, undefined);
    return () => window.clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    const wanted = typeof text === 'string' ? text : text();
    setOutcome(await copyText(wanted));
  };
  return (
    <Button
      look={look}
      onClick={() => void copy()}
      title={typeof text === 'string' && text.length < 200 ? text : undefined}
    >
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={14} />
      <span aria-live="polite">
        {outcome === undefined ? label : outcome === 'copied' ? 'Copied' : 'Not allowed here'}
      </span>
      {what !== undefined && <span className="sr-only">{what}</span>}
    </Button>
  );
}

/** Browsers give pages without TLS no clipboard, except on this machine. */
async function copyText(text: string): Promise<'copied' | 'refused'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    return 'refused';
  }
}
