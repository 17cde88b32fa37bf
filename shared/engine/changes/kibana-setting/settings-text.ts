/** kibana.yml before and after the edits. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { editYaml } from '../../../text/yaml-edit.ts';

/** Errors: YAML_INVALID, YAML_AMBIGUOUS. */
export function editSettings(
  path: string,
  edits: ChangeOf<'kibana-setting'>['edits'],
  bytes: Uint8Array,
): Result<{ readonly before: string; readonly after: string }> {
  const byHand = 'Correct the file by hand, then assess again.';
  let before: string;
  try {
    before = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail(appError('YAML_INVALID', `${path} is not UTF-8 text.`, byHand, { hostState: 'unchanged' }));
  }
  const edited = editYaml(before, edits);
  if (edited.ok) return succeed({ before, after: edited.text });
  const line = edited.line === undefined ? '' : ` (line ${edited.line})`;
  return fail(
    appError(edited.code, `${path} cannot be edited safely: ${edited.message}${line}`, byHand, {
      hostState: 'unchanged',
    }),
  );
}
