/** What a verification found, in plain sentences, and what it comes to. */

/**
 * valid: everything given holds together and a certificate that the reader trusts vouches for the signer.
 * valid-unknown-signer: it holds together, by somebody the reader has not vouched for. invalid: something was changed, is
 * missing or cannot be read.
 */
export type Verdict = 'valid' | 'valid-unknown-signer' | 'invalid';

/** A check by name; the order is the order in which a reader wants to hear of them. */
export const checkNames = [
  'pdf-readable',
  'pdf-covered',
  'pdf-signature',
  'pdf-signed-part',
  'signer-chain',
  'signer-period',
  'signer-named',
  'attachment',
  'json-readable',
  'json-same',
  'figures',
  'statement-readable',
  'statement-signature',
  'statement-signer',
  'statement-file',
  'statement-subjects',
  'journal',
  'signer-trusted',
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  /** Goes into the sentence where it has room for it. Never more than a reader needs. */
  readonly detail?: string;
}

const sentences: Readonly<Record<CheckName, { readonly good: string; readonly bad: string }>> = {
  'pdf-readable': {
    good: 'The PDF is whole and has the form that Bulwark writes.',
    bad: 'The PDF cannot be read as a signed report: {}.',
  },
  'pdf-covered': {
    good: 'The signature covers every byte of the PDF; nothing was added after signing.',
    bad: 'The signature does not cover the whole PDF: {}.',
  },
  'pdf-signature': {
    good: 'Nothing that was signed in the PDF was changed since.',
    bad: 'The PDF is not what was signed: {}.',
  },
  'pdf-signed-part': {
    good: 'The part of the PDF that was signed was not changed since; the rest proves nothing.',
    bad: 'The part of the PDF that was signed was changed since: {}.',
  },
  'signer-chain': {
    good: 'The signer’s certificate was issued by the authority that comes with it.',
    bad: 'The signer’s certificate does not fit the authority that comes with it.',
  },
  'signer-period': {
    good: 'The certificate was in force when the report says it was made.',
    bad: 'The certificate was not in force when the report says it was made: {}.',
  },
  'signer-named': {
    good: 'The report names the certificate that signed it.',
    bad: 'The report names another certificate than the one that signed it.',
  },
  attachment: {
    good: 'The PDF carries the report as data.',
    bad: 'The PDF does not carry the report as data: {}.',
  },
  'json-readable': {
    good: 'The data is a report in the form that this version knows.',
    bad: 'The data cannot be read as a report: {}.',
  },
  'json-same': {
    good: 'The JSON file is the one that is attached to the PDF.',
    bad: 'The JSON file is not the one that is attached to the PDF.',
  },
  figures: {
    good: 'Digest and figures printed in the PDF are those of the data.',
    bad: 'The PDF prints other figures than the data: {} is missing.',
  },
  'statement-readable': {
    good: 'The signed statement is whole.',
    bad: 'The signed statement cannot be read: {}.',
  },
  'statement-signature': {
    good: 'The statement was not changed since {} signed it.',
    bad: 'The statement is not what {} signed.',
  },
  'statement-signer': {
    good: 'The statement was signed by the signer of the report.',
    bad: 'The statement cannot be shown to be by the signer of the report: {}.',
  },
  'statement-file': {
    good: 'The {} given here is the one that the statement speaks of.',
    bad: 'The {} given here is not the one that the statement speaks of.',
  },
  'statement-subjects': {
    good: 'The statement names nothing else than the files of the report and the journals that the report names.',
    bad: 'The statement does not name what the report consists of: {}.',
  },
  journal: {
    good: 'The journal of {} is unbroken up to the entry that the report names.',
    bad: 'The journal does not bear the report out: {}.',
  },
  'signer-trusted': {
    good: 'The signer, {}, is vouched for by the certificate that you gave.',
    bad: 'Whether the signer may be trusted is not known: {}.',
  },
};

export function sentenceOf(check: Check): string {
  return sentences[check.name][check.ok ? 'good' : 'bad'].replace('{}', () => check.detail ?? '');
}

export interface Verification {
  readonly verdict: Verdict;
  readonly sentences: readonly { readonly ok: boolean; readonly text: string }[];
}

export function concluded(checks: readonly Check[]): Verification {
  const told = checks.toSorted(
    (left, right) => checkNames.indexOf(left.name) - checkNames.indexOf(right.name),
  );
  return {
    verdict: verdictOf(checks),
    sentences: told.map((check) => ({ ok: check.ok, text: sentenceOf(check) })),
  };
}

function verdictOf(checks: readonly Check[]): Verdict {
  const failed = checks.filter(({ ok }) => !ok);
  if (checks.length === 0 || failed.some(({ name }) => name !== 'signer-trusted')) return 'invalid';
  return failed.length === 0 ? 'valid' : 'valid-unknown-signer';
}

/** Exit codes of `bulwark verify`; wrong use ends with 64 and a missing file with 66. */
export const verifyExitCodes: Readonly<Record<Verdict, number>> = {
  valid: 0,
  invalid: 1,
  'valid-unknown-signer': 2,
};

export const conclusions: Readonly<Record<Verdict, string>> = {
  valid: 'Valid: the report is whole and its signer is trusted.',
  invalid: 'Not valid: do not rely on this report.',
  'valid-unknown-signer': 'Whole, but by a signer who is not known here.',
};
