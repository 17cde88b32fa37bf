/** How a host stands to the parameters that a change wants: live, at boot, and what speaks against it. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readRegular } from '../single-file.ts';
import { lateFile, look, ownFile, type SysctlLook } from './host.ts';
import { atBoot, plainValue, procPath, readingOrder, withSettings } from './precedence.ts';

type Change = ChangeOf<'sysctl'>;

function unsuitable(message: string, nextStep: string): AppError {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' });
}

export interface Standing {
  readonly seen: SysctlLook;
  readonly liveRight: boolean;
  readonly bootRight: boolean;
  readonly text: string | undefined;
  readonly words: readonly string[];
}

/** Errors: PRECONDITION_FAILED with the reason why the parameters cannot be kept here. */
export async function stand(change: Change, context: ChangeContext): Promise<Result<Standing>> {
  const keys = change.settings.map(({ key }) => key);
  if (new Set(keys).size < keys.length) {
    return fail(appError('INPUT_INVALID', 'A kernel parameter is named twice.', 'Name each one once.'));
  }
  const seen = await look(context, keys);
  if (!seen.ok) {
    return seen;
  }
  const file = await readRegular(context, ownFile);
  if (!file.ok) {
    return file;
  }
  const text = file.value === undefined ? undefined : new TextDecoder().decode(file.value.bytes);
  const refused = obstacle(change, seen.value, text);
  if (refused !== undefined) {
    return fail(refused);
  }
  const liveRight = change.settings.every(({ key, value }) => liveOf(seen.value, key) === plainValue(value));
  const bootRight = change.settings.every(
    ({ key, value }) => atBoot(seen.value.boot, key)?.value === plainValue(value),
  );
  const shut = change.settings.find(({ key }) => seen.value.fixed.has(procPath(key)));
  if (shut !== undefined && !(liveRight && bootRight)) {
    return fail(
      unsuitable(
        `${shut.key} cannot be written on this host: /proc/sys or the parameter is read-only here.`,
        'In a container, set it on the machine that runs it or make /proc/sys writable; otherwise leave it out.',
      ),
    );
  }
  return succeed({
    seen: seen.value,
    text,
    liveRight,
    bootRight,
    words: change.settings.flatMap(({ key, value }) => {
      const unread = atBoot(seen.value.unread, key);
      return unread === undefined || unread.value === plainValue(value)
        ? []
        : [
            `${lateFile} sets ${key} to ${unread.value}. systemd does not read it at boot, but "sysctl --system" run by hand does.`,
          ];
    }),
  });
}

export function liveOf(seen: SysctlLook, key: string): string | undefined {
  return seen.live.get(procPath(key));
}

/** Why the change cannot be made here, or undefined. */
function obstacle(change: Change, seen: SysctlLook, text: string | undefined): AppError | undefined {
  const missing = change.settings.find(({ key }) => liveOf(seen, key) === undefined);
  if (missing !== undefined) {
    return unsuitable(
      `This kernel has no parameter ${missing.key} that can be read.`,
      'Load the kernel module that brings it, or leave it out.',
    );
  }
  const shared = change.settings.find(({ key }) => !key.startsWith('net.'));
  if (shared !== undefined && seen.container !== '' && seen.container !== 'none') {
    return unsuitable(
      `This host is a container (${seen.container}): ${shared.key} belongs to the machine that runs it.`,
      'Set it on that machine.',
    );
  }
  if (seen.loader === 'masked') {
    return unsuitable(
      'systemd-sysctl.service is masked, so nothing sets kernel parameters at boot.',
      'Unmask it, or set the parameters the way this host does it.',
    );
  }
  const own = { path: ownFile, text: withSettings(text, change.settings) };
  const late = seen.boot.filter((file) => file.path === lateFile);
  const others = seen.boot.filter((file) => file.path !== ownFile && file.path !== lateFile);
  const then = readingOrder([own, ...others], late);
  for (const { key, value } of change.settings) {
    const winner = atBoot(then, key);
    if (winner?.value !== plainValue(value)) {
      return unsuitable(
        `${winner?.path} line ${winner?.line} sets ${key} to ${winner?.value} at boot and is read after Bulwark's file.`,
        'Correct or remove that line, then assess again.',
      );
    }
  }
  return undefined;
}
