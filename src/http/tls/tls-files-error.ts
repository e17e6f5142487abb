/**
 * What may be wrong with the files of a certificate and its key: code, text and what to do next.
 * @module
 */
export const TLS_FILES_ERRORS = {
  Missing: {
    code: 'MILL3510',
    message: 'There is no file {file}.',
    fix: 'Name the certificate with --tls-cert and its key with --tls-key.',
  },
  Unreadable: {
    code: 'MILL3511',
    message: '{file} cannot be read: {problem}.',
    fix: 'Give the server read access, and name a file of PEM texts of at most 1 MiB.',
  },
  OpenKey: {
    code: 'MILL3512',
    message: 'Everybody on this machine may read the key {file}.',
    fix: 'Close it: chmod o= {file}',
  },
  NoCertificate: {
    code: 'MILL3513',
    message: '{file} holds no certificate: {problem}.',
    fix: 'Give --tls-cert a PEM file: the certificate of the server first, then those of the authorities between it and the root.',
  },
  NoKey: {
    code: 'MILL3514',
    message: '{file} holds no key that can be used: {problem}.',
    fix: 'Give --tls-key the PEM file of the private key. One with a passphrase is opened by: openssl pkey -in KEY -out OPENED',
  },
  Mismatch: {
    code: 'MILL3515',
    message: 'The key {file} does not belong to the certificate {certificate}.',
    fix: 'Give both files of one pair. Of several certificates in the file that of the server stands first.',
  },
  Expired: {
    code: 'MILL3516',
    message: 'The certificate {file} has expired: it was good until {at}.',
    fix: 'Renew it. A server that runs takes the new files by itself.',
  },
  NotYet: {
    code: 'MILL3517',
    message: 'The certificate {file} is not good before {at}.',
    fix: 'Look at the clock of this machine, or take a certificate that is good now.',
  },
  Refused: {
    code: 'MILL3518',
    message: '{file} cannot be used for TLS: {problem}.',
    fix: 'Make a new pair, of RSA with 2048 bits or more, or of P-256.',
  },
} as const;

export type TlsFilesProblem = keyof typeof TLS_FILES_ERRORS;

/** A pair of files that no TLS can be spoken with. */
export class TlsFilesError extends Error {
  readonly problem: TlsFilesProblem;
  readonly code: string;
  readonly fix: string;

  constructor(problem: TlsFilesProblem, values: { readonly [name: string]: string }) {
    const { code, message, fix } = TLS_FILES_ERRORS[problem];
    super(filled(message, values));
    this.name = 'TlsFilesError';
    this.problem = problem;
    this.code = code;
    this.fix = filled(fix, values);
  }
}

function filled(text: string, values: { readonly [name: string]: string }): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
