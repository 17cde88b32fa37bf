/** The certificate that the operator's own authority signed for this node, and those of the other nodes of its cluster. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { broughtCertificate, pemBlocks } from '../../certificates/brought.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { CertificateBundle } from '../../ports.ts';

type Change = ChangeOf<'es-own-certificates'>;

function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

const bring =
  'Make a request for the host (bulwark certificate request), let your authority sign it, and bring what comes back (bulwark certificate take).';

/** Errors: PRECONDITION_FAILED (none, one that fits no longer, nodes that would not trust each other), those of the vault. */
export async function broughtFor(change: Change, context: ChangeContext): Promise<Result<CertificateBundle>> {
  const own = await broughtCertificate(context.secrets, context.host.hostId);
  if (!own.ok) {
    return own;
  }
  if (own.value === undefined) {
    return refused('No certificate of your own authority was brought for this node.', bring);
  }
  const problems = context.certificates.check(own.value, {
    names: change.names,
    use: 'transport',
    now: context.clock.now(),
  });
  if (problems.length > 0) {
    return refused(
      `The certificate that was brought for this node does not fit: ${problems.map(({ sentence }) => sentence).join('; ')}.`,
      'Choose the names that it covers, or make a new request and bring a certificate for that.',
    );
  }
  const trusted = authoritiesIn(own.value.caPem, context);
  for (const hostId of change.cluster?.hosts ?? []) {
    const other = await broughtCertificate(context.secrets, hostId);
    if (!other.ok) {
      return other;
    }
    if (other.value === undefined) {
      return refused('A node of the cluster has no certificate of your own authority yet.', bring);
    }
    if (authoritiesIn(other.value.caPem, context) !== trusted) {
      return refused(
        'The certificates of the nodes were brought with different authorities, so the nodes would not trust each other.',
        'Bring all of them with the same file of authorities.',
      );
    }
  }
  return succeed(own.value);
}

function authoritiesIn(pem: string, context: ChangeContext): string {
  return pemBlocks(pem)
    .map((block) => context.certificates.summary(block)?.fingerprint256 ?? '')
    .toSorted()
    .join();
}
