/** What the node itself says that its files hold. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { readCertificatesPem } from '../../../text/x509.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { linesOf, listedCertificates } from '../../elasticsearch/listed-certificates.ts';
import { findListener } from '../../elasticsearch/listening.ts';
import type { Resolved } from './issued.ts';

/** The node finds the certificate in the file. Nothing is said where no login may ask. Errors: VERIFY_FAILED, the connection's. */
export async function proveListed(
  change: Resolved,
  port: number,
  context: ChangeContext,
): Promise<Result<void>> {
  const address = await findListener(context.host, port, context.signal);
  if (!address.ok) return address;
  const door = { address: address.value ?? '127.0.0.1', port, tls: { caPem: change.caPem } };
  const listed = await listedCertificates(door, context);
  if (!listed.ok || listed.value === undefined) return listed.ok ? succeed(undefined) : listed;
  const { files } = change;
  const path = files.form === 'pem' ? files.certificate.path : files.store.path;
  const serial = readCertificatesPem(change.certificatePem).certificates[0]?.serial;
  if (listed.value !== 'unreadable' && linesOf(listed.value, path).some((one) => one.serial === serial))
    return succeed(undefined);
  return fail(
    appError(
      'VERIFY_FAILED',
      listed.value === 'unreadable'
        ? `The node cannot read ${path} as it is now.`
        : `The node does not list the new certificate for ${path}.`,
      'Undo this step; the log of the node says why.',
      { hostState: 'changed' },
    ),
  );
}
