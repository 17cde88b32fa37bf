/**
 * Whom the node trusts, by what it does: a certificate of each authority, made for this moment and kept nowhere, is shown to the
 * transport port as another node would show it. What it lists is what its files hold, which proves nothing of what it has loaded.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { readCertificatesPem } from '../../../text/x509.ts';
import type { Identity } from '../../certificates/ports.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { linesOf, listedCertificates } from '../../elasticsearch/listed-certificates.ts';
import { findListener } from '../../elasticsearch/listening.ts';
import { isLost } from '../../elasticsearch/node.ts';
import { authorityOf } from './authorities.ts';

type Change = ChangeOf<'authority-trust'>;

/** The node looks at its files every 5 seconds; a new trust was live within 5 s on 8.19.21. Milliseconds. */
const patience = 30_000;

/** Undefined: it could not be told. Errors: those of the connection. */
async function accepts(
  change: Change,
  shown: Identity,
  context: ChangeContext,
): Promise<Result<boolean | 'down' | undefined>> {
  const port = change.install.transportPort;
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok || address.value === undefined) return address.ok ? succeed('down') : address;
  const asked = await context.host.request(
    {
      address: address.value,
      port,
      // Which of the two the node itself shows is another question.
      tls: { caPem: 'observe-only', identity: shown },
      method: 'GET',
      path: '/',
      timeoutSeconds: 10,
    },
    context.signal,
  );
  if (asked.ok) return succeed(true);
  if (isLost(asked.error)) return asked;
  const detail = asked.error.detail ?? '';
  // A node that lets somebody in answers a web request in a sentence of its own, which is no HTTP (seen on 8.19.21).
  if (detail.includes('Parse Error')) return succeed(true);
  return succeed(/alert/i.test(detail) ? false : undefined);
}

function failed(message: string, nextStep: string): Result<never> {
  return fail(appError('VERIFY_FAILED', message, nextStep, { hostState: 'changed' }));
}

const day = 86_400_000;

/** A certificate for nobody. It is over in a day and forgotten at once. Undefined where the vault has not the authority's key. */
async function probeOf(
  change: Change,
  pem: string,
  context: ChangeContext,
): Promise<Result<Identity | undefined>> {
  const authority = await authorityOf(change, pem, context);
  if (!authority.ok || authority.value === undefined) return authority;
  const until = Date.parse(context.certificates.summary(pem)?.notAfter ?? '');
  if (!(until > context.clock.now() + day)) return succeed(undefined);
  return await context.issuer.issueForNode(authority.value, {
    name: 'trust-check',
    names: ['localhost'],
    keyType: 'p-256',
    now: context.clock.now(),
    days: 1,
  });
}

/** Whether it lets in who comes from an authority that nobody knows. */
async function lets(change: Change, context: ChangeContext): Promise<boolean> {
  const now = context.clock.now();
  const stranger = await context.issuer.makeAuthority({ name: 'nobody', keyType: 'p-256', now, days: 1 });
  const probe = stranger.ok
    ? await context.issuer.issueForNode(stranger.value, {
        name: 'trust-check',
        names: ['localhost'],
        keyType: 'p-256',
        now,
        days: 1,
      })
    : stranger;
  const seen = probe.ok ? await accepts(change, probe.value, context) : undefined;
  return seen?.ok === true && seen.value === true;
}

/**
 * Waits until the node lets in who comes from `trusted`, and nobody who comes from `refused`. A node that does not run reads its files
 * when it starts. Errors: VERIFY_FAILED, those of the vault, the issuer and the connection.
 */
export async function proveTrust(
  change: Change,
  wanted: { readonly trusted: readonly string[]; readonly refused: readonly string[] },
  context: ChangeContext,
): Promise<Result<void>> {
  const asked = [
    ...wanted.trusted.map((pem) => ({ pem, wish: true })),
    ...wanted.refused.map((pem) => ({ pem, wish: false })),
  ];
  const until = context.clock.elapsed() + patience;
  for (const { pem, wish } of asked) {
    const probe = await probeOf(change, pem, context);
    if (!probe.ok) return probe;
    if (probe.value === undefined) continue;
    for (;;) {
      const seen = await accepts(change, probe.value, context);
      if (!seen.ok) return seen;
      if (seen.value === 'down') return succeed(undefined);
      if (seen.value === wish) break;
      if (context.clock.elapsed() >= until) {
        if (seen.value === undefined) break;
        // A node that asks nobody for a certificate lets everybody in, which tells nothing of whom it trusts.
        if (!wish && (await lets(change, context))) break;
        const subject = context.certificates.summary(pem)?.subject ?? 'the authority';
        return failed(
          wish
            ? `The node does not let in a node with a certificate of ${subject}.`
            : `The node still lets in a node with a certificate of ${subject}.`,
          'Read the log of the node: it says why it could not load the files, or which files it uses.',
        );
      }
      context.progress('Waiting until the node has looked at its files');
      if (!(await context.clock.sleep(1000, context.signal))) return succeed(undefined);
    }
  }
  return succeed(undefined);
}

/** The node finds in its files what they were given. Nothing is said where no login may ask. Errors: VERIFY_FAILED, the connection's. */
export async function proveListed(
  change: Change,
  wanted: { readonly trust: readonly string[]; readonly drop: readonly string[] },
  context: ChangeContext,
): Promise<Result<void>> {
  const port = change.install.httpPort;
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok || address.value === undefined) return address.ok ? succeed(undefined) : address;
  const caPem = `${change.oldPem.trim()}\n${change.newPem}`;
  const listed = await listedCertificates({ address: address.value, port, tls: { caPem } }, context);
  if (!listed.ok || listed.value === undefined) return listed.ok ? succeed(undefined) : listed;
  if (listed.value === 'unreadable')
    return failed('The node cannot read its certificate files as they are now.', 'Undo this step.');
  const serialsOf = (pems: readonly string[]) =>
    pems.flatMap((pem) => readCertificatesPem(pem).certificates.map(({ serial }) => serial));
  const [trust, drop] = [serialsOf(wanted.trust), serialsOf(wanted.drop)];
  for (const { path } of change.files) {
    const lines = linesOf(listed.value, path);
    // A file for clients alone is none of the node's.
    if (lines.length === 0) continue;
    const serials = lines.map(({ serial }) => serial);
    if (trust.some((one) => !serials.includes(one)) || drop.some((one) => serials.includes(one)))
      return failed(
        `The node does not list for ${path} the authorities that were put there.`,
        'Find out what else writes this file.',
      );
  }
  return succeed(undefined);
}
