/** The authority of all nodes and this node's own key, in the vault before a host hears of either. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import { keepAuthority, keptAuthority } from '../../certificates/kept-authority.ts';
import type { Identity } from '../../certificates/ports.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { generatePassword } from '../../elasticsearch/generate-password.ts';
import type { CertificateBundle } from '../../ports.ts';
import { onceForAll } from '../../together/meeting.ts';
import { broughtFor } from './brought.ts';

type Change = ChangeOf<'es-own-certificates'>;

export const authorityDays = 3650;

/** Errors: those of the vault and of the issuer. */
export async function findOrMakeAuthority(
  context: Pick<ChangeContext, 'secrets' | 'issuer' | 'clock' | 'random'>,
  wish: Pick<Change, 'authorityRef' | 'keyType'>,
): Promise<Result<Identity>> {
  const found = await keptAuthority(context.secrets, wish.authorityRef);
  if (!found.ok || found.value !== undefined) {
    return found.ok && found.value !== undefined ? succeed(found.value) : (found as Result<never>);
  }
  // Two authorities of one name would be mistaken for each other by whoever builds a chain.
  const own = [...context.random.bytes(4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const made = await context.issuer.makeAuthority({
    name: `Elasticsearch authority ${own}`,
    keyType: wish.keyType,
    now: context.clock.now(),
    days: authorityDays,
  });
  if (!made.ok) {
    return made;
  }
  const kept = await keepAuthority(context.secrets, wish.authorityRef, made.value);
  return kept.ok ? made : kept;
}

/** Public parts; the key lies in the vault under `nodeKeyRef`, the password of its store under `storePasswordRef`. */
export interface NodeCertificate {
  readonly certificatePem: string;
  readonly caPem: string;
}

/** A key made for this node and its certificate. Errors: those of the vault and of the issuer. */
export async function issueForNode(change: Change, context: ChangeContext): Promise<Result<NodeCertificate>> {
  if (change.certificates === 'brought') {
    const brought = await broughtFor(change, context);
    const kept = brought.ok ? await keepForNode(change, context, brought.value.keyPem) : brought;
    return brought.ok && kept.ok ? succeed(publicPart(brought.value)) : (kept as Result<never>);
  }
  const find = () => findOrMakeAuthority(context, change);
  // Two nodes of a cluster that look at the same time would find none, and trust each other's authority never.
  const authority = await onceForAll(context.together, 'authority', find, 'unchanged');
  if (!authority.ok) {
    return authority;
  }
  const issued = await context.issuer.issueForNode(authority.value, {
    name: (change.names[0] ?? '').slice(0, 64),
    names: change.names,
    keyType: change.keyType,
    now: context.clock.now(),
    days: change.days,
  });
  if (!issued.ok) {
    return issued;
  }
  const kept = await keepForNode(change, context, issued.value.keyPem);
  return kept.ok
    ? succeed({ certificatePem: issued.value.certificatePem, caPem: authority.value.certificatePem })
    : kept;
}

const publicPart = ({ certificatePem, caPem }: CertificateBundle): NodeCertificate => ({
  certificatePem,
  caPem,
});

async function keepForNode(change: Change, context: ChangeContext, keyPem: Secret): Promise<Result<void>> {
  const of = context.host.hostId;
  for (const [ref, secret, about] of [
    [change.nodeKeyRef, keyPem, `Key of the certificate of ${of}`],
    [
      change.storePasswordRef,
      generatePassword(context.random, 24),
      `Password of the certificate store of ${of}`,
    ],
  ] as const) {
    const kept = await context.secrets.put(ref, secret, about);
    if (!kept.ok) {
      return kept;
    }
  }
  return succeed(undefined);
}
