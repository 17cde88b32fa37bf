/**
 * Inbound rules in a table of Bulwark's own (nftables), live and at boot, for IPv4 and IPv6. The administrator's tables and
 * configuration stay; one include line is added to the file that is loaded at boot.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { fireGuard, listGuards } from '../../guard.ts';
import { afterWriting } from '../../host-script.ts';
import { currentMark, diffText, drift } from '../single-file.ts';
import { goLive, loadTextOf, lockedOut, makeLasting } from './go-live.ts';
import { bootListing, loadLive } from './host.ts';
import { rulesFile } from './ruleset.ts';
import { holds } from './sources.ts';
import {
  currentState,
  type FirewallState,
  inPlace,
  sameFile,
  sleepingRules,
  stateSchema,
  textOfFile,
  wantedFrom,
} from './state.ts';

type Change = ChangeOf<'firewall-ruleset'>;

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
    title: 'close every inbound TCP port that is not listed',
    words: [
      `SSH (port ${change.sshPort}) stays open to ${change.operatorSources.join(', ')}.`,
      ...change.allow.map(
        ({ port, from, label }) => `Port ${port} (${label}) is open to ${from.join(', ')}.`,
      ),
      'All other inbound TCP connections are dropped, for IPv4 and IPv6; existing connections go on. Other protocols (VPN, name and time services) and other tables stay as they are.',
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
    return afterWriting(await marks(context, now.value.bootFile.path, wanted.value.listing));
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
