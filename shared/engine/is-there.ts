/** Looks at what an interruption left of a change. */
import type { Change } from '../domain/change.ts';
import { type Result, succeed } from '../domain/result.ts';
import type { ChangeContext, ChangeKind } from './change-kind.ts';
import { connectionLost } from './parts.ts';

/** Files of these are read by a running node, which may serve something else. */
const provenByTheNode: readonly Change['kind'][] = [
  'certificate-install',
  'authority-trust',
  'es-authority-key',
];

/**
 * Whether an interrupted change is complete. Errors: VERIFY_FAILED where it took effect and lacks something, unless it is kept
 * nevertheless (`evenLacking`); those of the connection.
 */
export async function isThere(
  kind: ChangeKind,
  change: Change,
  before: Uint8Array,
  context: ChangeContext,
  evenLacking = false,
): Promise<Result<boolean>> {
  if (kind.complete !== undefined) {
    return await kind.complete(change, before, context, evenLacking);
  }
  const looked = await kind.inspect(change, context);
  if (provenByTheNode.includes(change.kind) && looked.ok && looked.value.inPlace) {
    // Files in place say nothing of what the node serves. Applying writes nothing then, and tells what there is to prove.
    const again = await kind.apply(change, before, context);
    const verified = again.ok ? await kind.verify(change, again.value, context) : again;
    return verified.ok || !connectionLost(verified.error) ? succeed(verified.ok) : verified;
  }
  // Somebody else's edit is not ours in place: putting back finds what drifted, leaves it alone and asks.
  if (!looked.ok && looked.error.code === 'FILE_CHANGED_UNDERNEATH') {
    return succeed(false);
  }
  return looked.ok ? succeed(looked.value.inPlace) : looked;
}
