/**
 * The manifest of a version, to read: each file with its size and its SHA-256, and how to see that they are as they were written.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { manifestQuery } from '../api/data-queries.js';
import type { DatasetManifest, DatasetVersion } from '../api/types.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/command.js';
import { JsonView } from '../parts/json-view.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { DataTable } from './data-table.js';
import styles from './version-files.module.css';

export function VersionFiles({ version }: { version: DatasetVersion }): ReactElement {
  const [isAsked, setAsked] = useState(false);
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      {version.removedAt !== undefined ? (
        <p className={styles.dim}>They are removed.</p>
      ) : isAsked ? (
        <Manifest version={version} />
      ) : (
        <Button onClick={() => setAsked(true)}>Show the manifest</Button>
      )}
    </section>
  );
}

/** Files that are listed. */
const MOST = 500;

function Manifest({ version }: { version: DatasetVersion }): ReactElement {
  const { team, dataset: name, version: id, location } = version;
  const { data, error, isPending } = useQuery(manifestQuery({ name, team }, id));
  const [isWhole, setWhole] = useState(false);
  if (isPending) return <p role="status">The manifest is being read …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  const { files } = data;
  const check = checkCommand(location, files);
  return (
    <div className={styles.parts}>
      <DataTable
        label="Files of the version"
        heads={['File', 'Size', 'SHA-256']}
        numbers={[1]}
        rows={files.slice(0, MOST).map(({ path, bytes, sha256 }) => [
          printable(path),
          <span key="bytes" title={`${formatAmount(bytes)} bytes`}>
            {formatBytes(bytes)}
          </span>,
          <code key="sum" className={styles.sum}>
            {printable(sha256)}
          </code>,
        ])}
      />
      {files.length > MOST && (
        <p className={styles.dim}>{formatAmount(files.length - MOST)} more are not listed.</p>
      )}
      {check !== undefined && (
        <>
          <p className={styles.dim}>Whether they still are as they were written:</p>
          <Command text={check} of="file" />
        </>
      )}
      <div>
        <Button onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
          {isWhole ? 'Hide' : 'All of'} _manifest.json
        </Button>
      </div>
      {isWhole && <JsonView label="_manifest.json" value={data as never} />}
    </div>
  );
}

/** Lines of a shell; undefined where files do not lie in a folder, or are called what no line holds. */
export function checkCommand(
  location: string,
  files: DatasetManifest['files'],
): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const isPlain = (text: string): boolean => !/[\u0000-\u001f\u007f\\]/.test(text);
  if (!location.startsWith('/') || !isPlain(location)) return undefined;
  if (files.length === 0 || files.length > MOST || !files.every(({ path }) => isPlain(path))) {
    return undefined;
  }
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}`);
  return `cd ${shellWord(location)} && sha256sum --check <<'END'\n${lines.join('\n')}\nEND`;
}
