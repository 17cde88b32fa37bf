/** A certificate that is issued when it is needed: in the vault with its key before a host hears of either. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { keptAuthority } from '../../certificates/kept-authority.ts';
import type { Identity } from '../../certificates/ports.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { textOf } from '../../host-script.ts';
import { readRegular } from '../single-file.ts';
import { servedPeer } from './served.ts';

type Change = ChangeOf<'certificate-install'>;
type Issue = NonNullable<Change['issue']>;

/** With its certificate, and no longer to be issued. */
export type Resolved = Change & {
  readonly certificatePem: string;
  readonly caPem: string;
  /** In PEM form: trusted by a store beside what its own certificate comes from. */
  readonly alsoTrusted?: string;
};

const begin = '-----BEGIN CERTIFICATE-----';
/** One that ends sooner is no cure for a certificate that ends. */
const leastDays = 90;
const day = 86_400_000;

function refused(sentence: string, next: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', sentence, next, { hostState: 'unchanged' }));
}

/** The authority under this name, or under the one whose place it was meant to take. Errors: those of the vault. */
async function authorityNamed(
  secrets: ChangeContext['secrets'],
  ref: string,
  subject: string,
  { certificates }: Pick<ChangeContext, 'certificates'>,
): Promise<Result<Identity | undefined>> {
  const kept = await keptAuthority(secrets, ref);
  if (!kept.ok || kept.value !== undefined || !ref.endsWith('/next')) return kept;
  const settled = await keptAuthority(secrets, ref.replace(/\/next$/, ''));
  const same = settled.ok && certificates.summary(settled.value?.certificatePem ?? '')?.subject === subject;
  return same || !settled.ok ? settled : succeed(undefined);
}

/** Errors: those of the vault, PRECONDITION_FAILED where another authority signed the certificate that is there. */
async function authorityFor(issue: Issue, context: ChangeContext): Promise<Result<Identity>> {
  // One that took another's place lies under the name of that one from then on.
  const kept = await authorityNamed(context.secrets, issue.authorityRef, issue.issuerName, context);
  if (!kept.ok) return kept;
  const subject = context.certificates.summary(kept.value?.certificatePem ?? '')?.subject;
  if (kept.value === undefined || subject === undefined)
    return refused(
      'The vault has no authority that could issue a certificate. Nothing was changed.',
      'Import the authority of your nodes with bulwark authority import, then plan again.',
    );
  if (subject !== issue.issuerName)
    return refused(
      `The certificate of the node comes from ${issue.issuerName}, and the vault has ${subject}. Clients and nodes trust the first one. Nothing was changed.`,
      'Import the authority of the node with bulwark authority import, then plan again.',
    );
  return succeed(kept.value);
}

/**
 * A name is quickly copied, so what lies and is served there must bear the signature of this authority, as far as it shows:
 * a store is not opened. Errors: those of the connection, PRECONDITION_FAILED.
 */
async function sameAuthority(change: Change, caPem: string, context: ChangeContext): Promise<Result<void>> {
  const file =
    change.files.form === 'pem'
      ? await readRegular(context, change.files.certificate.path)
      : succeed(undefined);
  if (!file.ok) return file;
  const peer =
    change.served === undefined ? succeed(undefined) : await servedPeer(context, change.served.port);
  if (!peer.ok) return peer;
  const there = [
    ...(file.value === undefined ? [] : [textOf(file.value.bytes)]),
    ...(peer.value?.chain[0] === undefined ? [] : [peer.value.chain[0].pem]),
  ];
  const known = [caPem, ...(change.issue?.inPlaceOf === undefined ? [] : [change.issue.inPlaceOf])];
  return there.some((pem) => known.every((one) => context.certificates.signedBy(pem, one) === false))
    ? refused(
        'The certificate that is there was not signed by the authority in the vault, though it has its name. Clients and nodes may trust another one. Nothing was changed.',
        'Find out who made that certificate: whoever did may hold this node. Import the right authority with bulwark authority import, then plan again.',
      )
    : succeed(undefined);
}

/** What the vault has for this change, where it fits and lasts; undefined otherwise. */
async function keptFor(
  change: Change,
  authority: Identity,
  context: ChangeContext,
): Promise<Result<string | undefined>> {
  const found = await context.secrets.get(change.key.ref);
  if (!found.ok) return found.error.code === 'SECRET_MISSING' ? succeed(undefined) : found;
  const text = found.value.reveal();
  const at = text.indexOf(begin);
  if (at < 0) return succeed(undefined);
  const certificatePem = text.slice(at);
  const problems = context.certificates.check(
    { keyPem: new Secret(text.slice(0, at)), certificatePem, caPem: authority.certificatePem },
    { names: change.names, use: change.use, now: context.clock.now() + leastDays * day },
  );
  return succeed(problems.length === 0 ? certificatePem : undefined);
}

/**
 * The change with its certificate; undefined where none was issued yet and `mayIssue` is false.
 * Errors: those of the vault and of the issuer, PRECONDITION_FAILED.
 */
export async function resolve(
  change: Change,
  context: ChangeContext,
  mayIssue: boolean,
): Promise<Result<Resolved | undefined>> {
  const { issue, certificatePem, caPem, ...rest } = change;
  if (issue === undefined)
    return succeed({ ...rest, certificatePem: certificatePem ?? '', caPem: caPem ?? '' });
  const authority = await authorityFor(issue, context);
  if (!authority.ok) return authority;
  const ca = authority.value.certificatePem;
  const also = issue.inPlaceOf === undefined ? {} : { alsoTrusted: issue.inPlaceOf };
  const kept = await keptFor(change, authority.value, context);
  if (!kept.ok) return kept;
  if (kept.value !== undefined) return succeed({ ...rest, ...also, certificatePem: kept.value, caPem: ca });
  // What it issues would end with it, never last long enough to be used again, and be issued anew at every step.
  const until = Date.parse(context.certificates.summary(ca)?.notAfter ?? '');
  if (!(until > context.clock.now() + leastDays * day))
    return refused(
      `The authority in the vault ends within ${leastDays} days, and a certificate that it issues would end with it. Nothing was changed.`,
      'Make or import another authority, let all nodes and clients trust both, then plan again.',
    );
  const same = await sameAuthority(change, ca, context);
  if (!same.ok) return same;
  if (!mayIssue) return succeed(undefined);
  const issued = await context.issuer.issueForNode(authority.value, {
    name: (change.names[0] ?? '').slice(0, 64),
    names: change.names,
    keyType: issue.keyType,
    now: context.clock.now(),
    days: issue.days,
  });
  if (!issued.ok) return issued;
  const put = await context.secrets.put(
    change.key.ref,
    new Secret(issued.value.keyPem.reveal() + issued.value.certificatePem),
    `Key and certificate of ${context.host.hostId}`,
  );
  return put.ok ? succeed({ ...rest, ...also, certificatePem: issued.value.certificatePem, caPem: ca }) : put;
}

/** The private key alone: an entry of an issued certificate holds that as well. */
export function keyOf(secret: Secret): Secret {
  const text = secret.reveal();
  const at = text.indexOf(begin);
  return at < 0 ? secret : new Secret(text.slice(0, at));
}
