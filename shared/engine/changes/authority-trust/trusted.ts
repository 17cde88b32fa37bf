/** What the files would be: they trust both authorities, or the new one alone. Whom else they trust is left alone. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { editPemBundle } from '../../../text/pem-bundle.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { HostFile } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';
import { readRegular } from '../single-file.ts';

type Change = ChangeOf<'authority-trust'>;

export interface Trusting {
  readonly path: string;
  readonly now: HostFile;
  /** The same bytes where nothing is to be changed. */
  readonly next: Uint8Array;
  readonly unchanged: boolean;
}

/** Certificates that must be trusted, and that must not, in PEM form. */
export function wishOf({ rollOver, oldPem, newPem }: Change): {
  readonly trust: readonly string[];
  readonly drop: readonly string[];
} {
  return rollOver.round === 3 ? { trust: [newPem], drop: [oldPem] } : { trust: [oldPem, newPem], drop: [] };
}

/** Every file in its order. Errors: PRECONDITION_FAILED, FILE_NOT_REGULAR, INPUT_INVALID, those of the vault. */
export async function lookAtTrust(
  change: Change,
  context: ChangeContext,
): Promise<Result<readonly Trusting[]>> {
  const wish = wishOf(change);
  const found: Trusting[] = [];
  for (const file of change.files) {
    const read = await readRegular(context, file.path);
    if (!read.ok) return read;
    const now = read.value;
    if (now === undefined)
      return fail(
        appError(
          'PRECONDITION_FAILED',
          `${file.path}, which tells whom the node trusts, is not there any more. Nothing was changed.`,
          'Assess the host again.',
          { hostState: 'unchanged' },
        ),
      );
    if (file.form === 'pem') {
      const text = textOf(now.bytes);
      const next = editPemBundle(text, { add: wish.trust, drop: wish.drop });
      const unchanged = next === text;
      found.push({
        path: file.path,
        now,
        unchanged,
        next: unchanged ? now.bytes : new TextEncoder().encode(next),
      });
      continue;
    }
    const password = await context.secrets.get(file.password.ref);
    if (!password.ok) return password;
    const made = context.certificates.withTrust(now.bytes, password.value, wish);
    if (!made.ok) return made;
    found.push({ path: file.path, now, next: made.value.store, unchanged: made.value.unchanged });
  }
  return succeed(found);
}
