/** Sets and removes single settings in a YAML settings file and leaves everything else in it as it is. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { isSecretName } from '../../../text/redact.ts';
import { editYaml } from '../../../text/yaml-edit.ts';
import { fromBase64 } from '../../before-image.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { type HostFile, writeFileAtomic } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import {
  captureFile,
  diffText,
  imageOf,
  readRegular,
  revertFile,
  verifyFile,
  writtenMark,
} from '../single-file.ts';

type Change = ChangeOf<'yaml-setting'>;

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function edit(
  change: Change,
  bytes: Uint8Array,
): Result<{ readonly before: string; readonly after: string }> {
  const before = decode(bytes);
  if (before === undefined) {
    return fail(
      appError(
        'YAML_INVALID',
        `${change.path} is not UTF-8 text.`,
        'Correct the file by hand, then assess again.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const edited = editYaml(before, change.edits);
  if (!edited.ok) {
    const line = edited.line === undefined ? '' : ` (line ${edited.line})`;
    return fail(
      appError(
        edited.code,
        `${change.path} cannot be edited safely: ${edited.message}${line}`,
        'Correct the file by hand, then assess again.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({ before, after: edited.text });
}

interface Looked {
  readonly file: HostFile;
  readonly before: string;
  readonly after: string;
}

async function look(change: Change, context: ChangeContext): Promise<Result<Looked>> {
  const read = await readRegular(context, change.path);
  if (!read.ok) {
    return read;
  }
  const file = read.value;
  if (file === undefined) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `${change.path} does not exist.`,
        'Assess the host again and make a new plan.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const edited = edit(change, file.bytes);
  if (!edited.ok) {
    return edited;
  }
  if (edited.value.before !== edited.value.after && context.digest.sha256(file.bytes) !== change.expects) {
    return fail(
      appError(
        'FILE_CHANGED_UNDERNEATH',
        `${change.path} is not what the plan was made on.`,
        'Assess the host again and make a new plan.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return succeed({ file, ...edited.value });
}

function words(change: Change): readonly string[] {
  return change.edits.map((one) => (one.op === 'set' ? `Sets ${one.key}.` : `Removes ${one.key}.`));
}

export const yamlSetting: ChangeKind<'yaml-setting'> = {
  kind: 'yaml-setting',

  describe: (change) => ({
    title: `change ${change.edits.length === 1 ? 'one setting' : `${change.edits.length} settings`} in ${change.path}`,
    words: words(change),
    // The file is only read at a start: the restart is a step of its own.
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
  }),

  // The file as it was holds the secret that this step took out of it: a second copy would undo what the step is for.
  byHand: (change) =>
    change.edits.some((edit) => isSecretName(edit.key))
      ? [
          {
            do: 'left',
            text: `${change.path} held a secret in clear text, which is not kept here. Put the setting back by hand, or take it back with Bulwark.`,
          },
        ]
      : [{ do: 'file', path: change.path }],

  async inspect(change, context) {
    const looked = await look(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { before, after } = looked.value;
    const inPlace = before === after;
    const diffs = inPlace ? [] : [{ subject: change.path, before: diffText(before), after: diffText(after) }];
    return succeed({ inPlace, diffs, words: [] });
  },

  capture: (change, context) => captureFile(context, change.path),

  async apply(change, _before, context) {
    const looked = await look(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { file, before, after } = looked.value;
    if (before !== after) {
      const written = await writeFileAtomic(context.host, change.path, new TextEncoder().encode(after), {
        tag: context.tag,
        expects: context.digest.sha256(file.bytes),
      });
      if (!written.ok) {
        return written;
      }
    }
    const mark = await writtenMark(context, change.path, context.digest.sha256(after));
    return mark.ok ? succeed({ file: mark.value }) : afterWriting(mark);
  },

  async verify(change, mark, context) {
    const same = await verifyFile(context, change.path, mark);
    if (!same.ok) {
      return same;
    }
    const read = await readRegular(context, change.path);
    const edited = read.ok && read.value !== undefined ? edit(change, read.value.bytes) : undefined;
    return edited?.ok === true && edited.value.before === edited.value.after
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `The settings in ${change.path} do not read back as wanted.`,
            'Look at the file.',
            {
              hostState: 'changed',
            },
          ),
        );
  },

  async revert(change, before, mark, context) {
    const image = imageOf(before, change.path);
    if (!image.ok) {
      return image;
    }
    const edited = image.value.was === 'file' ? edit(change, fromBase64(image.value.bytes)) : undefined;
    const wrote = edited?.ok === true ? context.digest.sha256(edited.value.after) : undefined;
    return revertFile(context, change.path, before, mark, wrote);
  },
};
