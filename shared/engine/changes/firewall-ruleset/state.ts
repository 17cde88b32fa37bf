/** The firewall as far as Bulwark owns it: read from the host, and as a change wants it. */
import { z } from 'zod';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { fromBase64, toBase64 } from '../../before-image.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { HostFile } from '../../host-files.ts';
import { readRegular } from '../single-file.ts';
import { canonical, look } from './host.ts';
import { loadText, rulesFile, rulesText, withInclude } from './ruleset.ts';

type Change = ChangeOf<'firewall-ruleset'>;

const fileSchema = z.discriminatedUnion('was', [
  z.strictObject({ was: z.literal('absent'), path: z.string() }),
  z.strictObject({
    was: z.literal('file'),
    path: z.string(),
    uid: z.number().int(),
    gid: z.number().int(),
    mode: z.string(),
    bytes: z.string(),
  }),
]);

/** A whole state of the firewall as far as Bulwark owns it. */
export const stateSchema = z.strictObject({
  /** Rules of the table; empty for no table. */
  table: z.string(),
  bootFile: fileSchema,
  rulesFile: fileSchema,
  folder: z.boolean(),
  enabled: z.string(),
});
export type FirewallState = z.infer<typeof stateSchema>;
export type StateFile = FirewallState['bootFile'];

function stateFile(path: string, file: HostFile | undefined): FirewallState['bootFile'] {
  return file === undefined
    ? { was: 'absent', path }
    : { was: 'file', path, uid: file.uid, gid: file.gid, mode: file.mode, bytes: toBase64(file.bytes) };
}

export async function currentState(context: ChangeContext): Promise<Result<FirewallState>> {
  const looked = await look(context);
  if (!looked.ok) {
    return looked;
  }
  const boot = await readRegular(context, looked.value.bootFile);
  if (!boot.ok) {
    return boot;
  }
  const rules = await readRegular(context, rulesFile);
  if (!rules.ok) {
    return rules;
  }
  return succeed({
    table: looked.value.live,
    bootFile: stateFile(looked.value.bootFile, boot.value),
    rulesFile: stateFile(rulesFile, rules.value),
    folder: looked.value.folder,
    enabled: looked.value.enabled,
  });
}

export function textOfFile(file: FirewallState['bootFile']): string {
  return file.was === 'absent' ? '' : new TextDecoder().decode(fromBase64(file.bytes));
}

export interface Wanted {
  readonly state: FirewallState;
  /** How the kernel lists the wanted table. */
  readonly listing: string;
}

/** What the change makes of a state; the kernel has read the rules once, in a namespace of their own. */
export async function wantedFrom(
  change: Change,
  now: FirewallState,
  context: ChangeContext,
): Promise<Result<Wanted>> {
  const rules = rulesText(change);
  if (rules === undefined) {
    return fail(
      appError(
        'INPUT_INVALID',
        'One of the sources is not an IP address or range.',
        'Correct the sources; names are not resolved.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const listing = await canonical(context, loadText(rules));
  if (!listing.ok) {
    return listing;
  }
  const encode = (text: string) => toBase64(new TextEncoder().encode(text));
  const boot = now.bootFile;
  return succeed({
    listing: listing.value,
    state: {
      table: rules,
      bootFile: {
        ...(boot.was === 'file' ? boot : { was: 'file', path: boot.path, uid: 0, gid: 0, mode: '0755' }),
        bytes: encode(withInclude(textOfFile(boot))),
      },
      rulesFile: {
        was: 'file',
        path: rulesFile,
        uid: 0,
        gid: 0,
        mode: '0644',
        bytes: encode(loadText(rules)),
      },
      folder: true,
      enabled: 'enabled',
    },
  });
}

export function sameFile(left: FirewallState['bootFile'], right: FirewallState['bootFile']): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

export function inPlace(now: FirewallState, wanted: Wanted): boolean {
  return (
    now.table === wanted.listing &&
    sameFile(now.bootFile, wanted.state.bootFile) &&
    sameFile(now.rulesFile, wanted.state.rulesFile) &&
    now.enabled === 'enabled'
  );
}

/** Rules that sleep in the boot file would wake up when its service is enabled: that is not ours to decide. */
export function sleepingRules(now: FirewallState): boolean {
  const text = textOfFile(now.bootFile).replace(/#.*$/gm, '');
  return now.enabled !== 'enabled' && /\b(?:drop|reject)\b/.test(text);
}
