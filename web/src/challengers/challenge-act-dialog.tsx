/**
 * What is asked before a candidate becomes the current version, and before a challenge ends without a verdict.
 * @module
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { actOnChallenge, type ChallengeAct } from '../api/challenger-queries.js';
import type { Challenge } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/command.js';
import { Dialog } from '../parts/dialog.js';
import { RefusalNote } from '../parts/refusal-note.js';
import styles from './challenge-act-dialog.module.css';
import { countWords, decidedWords } from './challenge-words.js';

const TITLES: { readonly [act in ChallengeAct]: string } = {
  promote: 'Promote the candidate?',
  stop: 'Stop this challenge?',
};

export function ChallengeActDialog({
  challenge,
  act,
  onClose,
}: {
  challenge: Challenge;
  /** undefined: closed. */
  act: ChallengeAct | undefined;
  onClose: () => void;
}): ReactElement {
  return (
    <Dialog title={TITLES[act ?? 'stop']} open={act !== undefined} onClose={onClose}>
      {act !== undefined && <Form challenge={challenge} act={act} onClose={onClose} />}
    </Dialog>
  );
}

function Form({
  challenge,
  act,
  onClose,
}: {
  challenge: Challenge;
  act: ChallengeAct;
  onClose: () => void;
}): ReactElement {
  const { number, pipeline } = challenge;
  const cache = useQueryClient();
  const deed = useMutation({
    mutationFn: async () => await actOnChallenge(number, act),
    onSettled: async () => {
      const keys = [['challenges'], ['challenge'], ['pipeline', pipeline], ['pipelines']];
      await Promise.all(keys.map(async (queryKey) => await cache.invalidateQueries({ queryKey })));
    },
  });
  return (
    <>
      {act === 'promote' ? <Promotion challenge={challenge} /> : <Ending />}
      {deed.isError && <RefusalNote error={deed.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{act === 'promote' ? 'Cancel' : 'Let it go on'}</Button>
        <Button
          look="primary"
          disabled={deed.isPending}
          onClick={() => deed.mutate(undefined, { onSuccess: onClose })}
        >
          {act === 'promote' ? 'Promote it' : 'Stop it'}
        </Button>
      </div>
    </>
  );
}

function Promotion({ challenge }: { challenge: Challenge }): ReactElement {
  const { number, pipeline, verdict, candidateVersion, championVersion } = challenge;
  const counts = countWords(challenge);
  return (
    <>
      <p>
        Version {candidateVersion} replaces version {championVersion} of{' '}
        <b>{printable(pipeline)}</b>: what starts from now on runs it. Executions that run already
        go on with their version.
      </p>
      {verdict !== 'won' && (
        <p className={styles.warn}>
          It has not won: {decidedWords(challenge)}
          {counts !== '' && `, ${counts}`}.
        </p>
      )}
      <p>The file of the pipeline still says what was before. Put the candidate into it with:</p>
      <Command text={`millrace challenger show ${number} --text`} />
    </>
  );
}

function Ending(): ReactElement {
  return (
    <p>
      It ends without a verdict, and cannot be promoted afterwards. Challengers that run already run
      to their end and are not compared. The current version is not touched.
    </p>
  );
}
