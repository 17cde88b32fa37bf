/** What a control says once the main job has secured a single lab node, where that is not `pass`, and why. */
import type { Outcome } from '../../shared/domain/outcome.ts';
import { withoutKibana } from './without-kibana.ts';

export const otherThanPass: Readonly<Record<string, Outcome>> = {
  // One node has no other one to agree with.
  'consistent-security': 'not-applicable',
  // A container cannot tell whether its disk is encrypted, and says so.
  'es-data-encrypted': 'unknown',
  // Only the strict profile asks for a password of the keystore.
  'keystore-password': 'not-applicable',
  // Nor for certificates of clients.
  'http-client-certificate': 'not-applicable',
  // One node shares its key with nobody.
  'node-own-key': 'not-applicable',
  // A container cannot tell what is swapped, either.
  'swap-safe': 'unknown',
  ...withoutKibana,
};
