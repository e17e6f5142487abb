/**
 * Tokens and sessions that are good: whose, what they may, until when; each can be revoked, at once.
 * @module
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { revokeToken, tokensQuery } from '../api/admin-queries.js';
import type { Token } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/command.js';
import { Dialog } from '../parts/dialog.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Age, Due } from '../parts/when.js';
import styles from './admin.module.css';

export function TokenList(): ReactElement | null {
  const { data, error } = useQuery(tokensQuery);
  const [revoking, setRevoking] = useState<Token>();
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <>
      <ListTable
        label="Tokens and sessions"
        heads={['For', 'May', 'Good until', ['Revoke', styles.right]]}
        columns={styles.silences}
      >
        <div role="rowgroup">
          {data.map((token) => (
            <Row key={token.id} token={token} onRevoke={setRevoking} />
          ))}
        </div>
      </ListTable>
      <div className={styles.hint}>
        <p>A token’s text is shown once, to whoever makes it:</p>
        <Command text="millrace token create --teams parcels --role viewer" />
      </div>
      <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} />
    </>
  );
}

function Row({
  token,
  onRevoke,
}: {
  token: Token;
  onRevoke: (token: Token) => void;
}): ReactElement {
  const { id, kind, label, role, teams, createdAt, expiresAt } = token;
  return (
    <div className={`${list.row} ${styles.silences}`} role="row">
      <div role="cell" className={styles.what}>
        <b>{printable(label)}</b>
        <div className={list.dim}>
          {kind === 'api' ? 'token' : 'browser'} {id}
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {role === 'viewer' ? 'only look' : 'look and act'},{' '}
        {teams === undefined ? 'all teams' : printable(teams.join(', '))}
        <div className={list.dim}>
          made <Age at={createdAt} />
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.state}`}>
        {expiresAt === undefined ? 'it is revoked' : <Due at={expiresAt} zone={undefined} />}
      </div>
      <div role="cell" className={`${list.cell} ${styles.right}`}>
        <Button onClick={() => onRevoke(token)}>
          Revoke …<span className="sr-only"> {printable(label)}</span>
        </Button>
      </div>
    </div>
  );
}

function RevokeDialog({
  token,
  onClose,
}: {
  token: Token | undefined;
  onClose: () => void;
}): ReactElement {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: async (id: string) => await revokeToken(id),
    onSuccess: async () => {
      onClose();
      await cache.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  const close = (): void => {
    revoke.reset();
    onClose();
  };
  return (
    <Dialog
      title={`Revoke ${printable(token?.label ?? '')}?`}
      open={token !== undefined}
      onClose={close}
    >
      <p>
        Whoever has it is refused from now on, also where it is being used. This browser may have
        one of them. It cannot be undone.
      </p>
      {revoke.isError && <RefusalNote error={revoke.error} />}
      <div className={styles.buttons}>
        <Button onClick={close}>Keep it</Button>
        <Button
          look="primary"
          disabled={revoke.isPending}
          onClick={() => {
            if (token !== undefined) revoke.mutate(token.id);
          }}
        >
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
