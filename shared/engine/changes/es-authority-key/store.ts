/** The store with the authority's key, and the password that opens it. Reads only. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readKeystoreFile, showEntry, toolPlace } from '../../elasticsearch/keystore.ts';
import { readRegular } from '../single-file.ts';

type Change = ChangeOf<'es-authority-key'>;

/** As Elasticsearch's own set-up names it (seen on 8.19.21 and 9.5.3). */
const passwordEntry = 'xpack.security.http.ssl.keystore.secure_password';

function refused(sentence: string, next: string): AppError {
  return appError('PRECONDITION_FAILED', `${sentence} Nothing was changed.`, next, {
    hostState: 'unchanged',
  });
}

/**
 * Names of the private keys in the store. A store that lies there from before and cannot be judged is `not-made-yet` as well where an
 * earlier step of the plan makes it anew: what that one made is looked at when it is captured. Errors: PRECONDITION_FAILED with the reason, FILE_NOT_REGULAR.
 */
export async function look(
  change: Change,
  context: ChangeContext,
): Promise<Result<{ readonly keys: readonly string[] } | 'not-made-yet'>> {
  const file = await readRegular(context, change.store);
  if (!file.ok) return file;
  if (file.value === undefined)
    return change.madeByPlan === true
      ? succeed('not-made-yet')
      : fail(refused(`${change.store} is not there any more.`, 'Assess the host again.'));
  const keys = context.certificates.storeKeys(file.value.bytes);
  if (keys === undefined && change.madeByPlan === true) return succeed('not-made-yet');
  if (keys === undefined)
    return fail(
      refused(
        `${change.store} is not a PKCS#12 store that Bulwark can read.`,
        'Take the key out by hand, with keytool on a copy.',
      ),
    );
  // One key in a store of before says nothing of the store that the plan makes: only this step puts the other one into the vault.
  if (keys.length === 1 && change.madeByPlan === true && !(await context.secrets.get(change.authorityRef)).ok)
    return succeed('not-made-yet');
  if (keys.length > 1) {
    // Found out before anything is planned: without the password of the keystore nobody knows that of the store.
    const keystore = await readKeystoreFile(context, change.install.pathConf);
    if (change.madeByPlan === true && (!keystore.ok || keystore.value === 'absent'))
      return keystore.ok || keystore.error.code === 'PRECONDITION_FAILED'
        ? succeed('not-made-yet')
        : keystore;
    if (!keystore.ok) return keystore;
    if (keystore.value === 'absent')
      return fail(
        refused('The node has no keystore, which holds the password of the store.', 'Assess again.'),
      );
  }
  return succeed({ keys });
}

/** Errors: PRECONDITION_FAILED (a protected keystore, no such entry), ES_TOOL_FAILED. */
export async function storePassword(change: Change, context: ChangeContext): Promise<Result<Secret>> {
  const keystore = await readKeystoreFile(context, change.install.pathConf);
  if (!keystore.ok) return keystore;
  const place = await toolPlace(context, change.install);
  if (!place.ok) return place;
  return await showEntry(context, place.value, passwordEntry);
}
