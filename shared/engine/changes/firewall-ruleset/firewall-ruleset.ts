/**
 * Inbound rules in a table of Bulwark's own (nftables), live and at boot, for IPv4 and IPv6. The administrator's tables and
 * configuration stay; one include line is added to the file that is loaded at boot.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { fireGuard, listGuards } from '../../guard.ts';
import type { HostFile } from '../../host-files.ts';
import { currentMark, diffText, drift, readRegular } from '../single-file.ts';
import { type FirewallState, goLive, loadTextOf, lockedOut, makeLasting, stateSchema } from './go-live.ts';
import { bootListing, canonical, loadLive, look } from './host.ts';
import { loadText, rulesFile, rulesText, withInclude } from './ruleset.ts';
import { holds } from './sources.ts';

type Change = ChangeOf<'firewall-ruleset'>;

function stateFile(path: string, file: HostFile | undefined): FirewallState['bootFile'] {
  return file === undefined
    ? { was: 'absent', path }
    : { was: 'file', path, uid: file.uid, gid: file.gid, mode: file.mode, bytes: toBase64(file.bytes) };
}

async function currentState(context: ChangeContext): Promise<Result<FirewallState>> {
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

function textOfFile(file: FirewallState['bootFile']): string {
  return file.was === 'absent' ? '' : new TextDecoder().decode(fromBase64(file.bytes));
}

interface Wanted {
  readonly state: FirewallState;
  /** How the kernel lists the wanted table. */
  readonly listing: string;
}

/** What the change makes of a state; the kernel has read the rules once, in a namespace of their own. */
async function wantedFrom(
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

function sameFile(left: FirewallState['bootFile'], right: FirewallState['bootFile']): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

function inPlace(now: FirewallState, wanted: Wanted): boolean {
  return (
    now.table === wanted.listing &&
    sameFile(now.bootFile, wanted.state.bootFile) &&
    sameFile(now.rulesFile, wanted.state.rulesFile) &&
    now.enabled === 'enabled'
  );
}

/** Rules that sleep in the boot file would wake up when its service is enabled: that is not ours to decide. */
function sleepingRules(now: FirewallState): boolean {
  const text = textOfFile(now.bootFile).replace(/#.*$/gm, '');
  return now.enabled !== 'enabled' && /\b(?:drop|reject)\b/.test(text);
}

/** The guard's tag of the step itself, also while it is being undone. */
function stepTag(context: ChangeContext): string {
  return context.tag.replace(/-undo$/, '');
}

async function marks(context: ChangeContext, bootFile: string, listing: string): Promise<Result<Mark>> {
  const boot = await currentMark(context, bootFile);
  if (!boot.ok) {
    return boot;
  }
  const rules = await currentMark(context, rulesFile);
  return rules.ok
    ? succeed({ live: context.digest.sha256(listing), boot: boot.value, rules: rules.value })
    : rules;
}

export const firewallRuleset: ChangeKind<'firewall-ruleset'> = {
  kind: 'firewall-ruleset',

  describe: (change) => ({
    title: 'close every inbound port that is not listed',
    words: [
      `SSH (port ${change.sshPort}) stays open to ${change.operatorSources.join(', ')}.`,
      ...change.allow.map(
        ({ port, from, label }) => `Port ${port} (${label}) is open to ${from.join(', ')}.`,
      ),
      'All other inbound connections are dropped, for IPv4 and IPv6; existing connections go on. Other tables stay as they are.',
      `If a fresh login does not work afterwards, the host puts the old rules back after ${change.guardSeconds} seconds.`,
    ],
    blast: 'access',
    outageSeconds: 0,
    guarded: true,
  }),

  async inspect(change, context) {
    const guards = await listGuards(context.host, context.signal);
    if (!guards.ok) {
      return guards;
    }
    // Known once the first command has run.
    if (context.host.seenFrom !== undefined && !holds(change.operatorSources, context.host.seenFrom)) {
      return lockedOut(context.host.seenFrom);
    }
    const armed = [...guards.value].filter(([, standing]) => standing === 'armed' || standing === 'firing');
    if (armed.some(([tag]) => tag !== stepTag(context))) {
      return fail(
        appError(
          'PRECONDITION_FAILED',
          'Another change that could cut off access is under way on this host.',
          'Wait a few minutes until it is done or has put itself back, then try again.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
    }
    const now = await currentState(context);
    if (!now.ok) {
      return now;
    }
    if (sleepingRules(now.value)) {
      return fail(
        appError(
          'PRECONDITION_FAILED',
          `${now.value.bootFile.path} holds rules that are not active, and loading Bulwark's rules at boot would activate them.`,
          'Decide about these rules first: enable nftables.service, or remove them.',
          { hostState: 'unchanged' },
        ),
      );
    }
    const wanted = await wantedFrom(change, now.value, context);
    if (!wanted.ok) {
      return wanted;
    }
    // While our own guard is armed the rules are live on probation only.
    const done = armed.length === 0 && inPlace(now.value, wanted.value);
    const diffs = done
      ? []
      : [
          {
            subject: 'inbound rules (table inet bulwark)',
            before: now.value.table || '(no table)',
            after: wanted.value.listing,
          },
          {
            subject: now.value.bootFile.path,
            before: diffText(textOfFile(now.value.bootFile)),
            after: diffText(textOfFile(wanted.value.state.bootFile)),
          },
        ].filter((diff) => diff.before !== diff.after);
    const words = [
      ...(now.value.enabled === 'enabled'
        ? []
        : ['nftables.service is enabled, so that the rules are loaded at boot.']),
      ...(context.host.seenFrom === undefined
        ? ['Your own address is not known to this host; the guard decides.']
        : []),
    ];
    return succeed({ inPlace: done, diffs, words: done ? [] : words });
  },

  async capture(_change, context) {
    const now = await currentState(context);
    return now.ok ? succeed(encodeImage(now.value)) : now;
  },

  async apply(change, before, context) {
    const image = decodeImage(stateSchema, before);
    const now = image.ok ? await currentState(context) : image;
    if (!now.ok) {
      return now;
    }
    const wanted = await wantedFrom(change, now.value, context);
    if (!wanted.ok) {
      return wanted;
    }
    if (!inPlace(now.value, wanted.value)) {
      const live = await goLive(context, now.value, wanted.value.state, change.guardSeconds);
      if (!live.ok) {
        return live;
      }
    }
    return marks(context, now.value.bootFile.path, wanted.value.listing);
  },

  async verify(change, mark, context) {
    const now = await currentState(context);
    if (!now.ok) {
      return now;
    }
    const wanted = await wantedFrom(change, now.value, context);
    if (!wanted.ok) {
      return wanted;
    }
    const boot = await bootListing(context, context.host, now.value.bootFile.path);
    if (!boot.ok) {
      return boot;
    }
    const wrong = !inPlace(now.value, wanted.value)
      ? 'The live rules are not the wanted ones.'
      : boot.value !== now.value.table
        ? 'The rules that the next boot would load are not the live ones.'
        : context.digest.sha256(now.value.table) !== mark['live']
          ? 'The rules changed after they were loaded.'
          : undefined;
    return wrong === undefined
      ? succeed(undefined)
      : fail(
          appError('VERIFY_FAILED', wrong, 'Find out what else manages the firewall of this host.', {
            hostState: 'changed',
          }),
        );
  },

  async revert(change, before, mark, context) {
    const image = decodeImage(stateSchema, before);
    if (!image.ok) {
      return image;
    }
    const cleared = await fireGuard(context.host, stepTag(context));
    if (!cleared.ok) {
      return cleared;
    }
    const now = await currentState(context);
    if (!now.ok) {
      return now;
    }
    const was = image.value;
    if (canonicalJson(now.value) === canonicalJson(was)) {
      return succeed(undefined);
    }
    const ours = await stillOurs(change, was, now.value, mark, context);
    if (!ours.ok) {
      return ours;
    }
    if (!ours.value && !context.force) {
      return fail(drift('The firewall configuration'));
    }
    if (was.table !== '') {
      // Going back to stricter rules can cut off access as well.
      return goLive(context, now.value, was, change.guardSeconds);
    }
    const opened = await loadLive(context.host, loadTextOf(was));
    return opened.ok ? makeLasting(context.host, now.value, was, context.tag) : opened;
  },
};

/** Each part is either what we wrote or what was there before; anything else is somebody else's work. */
async function stillOurs(
  change: Change,
  was: FirewallState,
  now: FirewallState,
  mark: Mark | undefined,
  context: ChangeContext,
): Promise<Result<boolean>> {
  const wanted = await wantedFrom(change, was, context);
  if (!wanted.ok) {
    return wanted;
  }
  const { state, listing } = wanted.value;
  const live = mark?.['live'] ?? context.digest.sha256(listing);
  return succeed(
    (now.table === was.table || context.digest.sha256(now.table) === live) &&
      (sameFile(now.bootFile, was.bootFile) || sameFile(now.bootFile, state.bootFile)) &&
      (sameFile(now.rulesFile, was.rulesFile) || sameFile(now.rulesFile, state.rulesFile)),
  );
}
