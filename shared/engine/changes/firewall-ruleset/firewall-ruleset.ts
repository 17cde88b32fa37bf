/**
 * Inbound TCP closed but for what is listed, live and at boot, for IPv4 and IPv6, by the tool that manages this host's packet
 * filter. The administrator's own rules stay.
 */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { encodeImage } from '../../before-image.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { fireGuard, guardsOn } from '../../guard.ts';
import { withTold } from '../../guard-saved.ts';
import { guardedBy } from '../../guards-on-host.ts';
import { afterWriting } from '../../host-script.ts';
import { currentMark, drift } from '../single-file.ts';
import type { Backend, FirewallChange } from './backend.ts';
import { firewallByHand } from './by-hand.ts';
import { backendFor, type Fitting, fittingBackend } from './fitting.ts';
import { goLive } from './go-live.ts';
import { lockedOut, predictAccess } from './prediction.ts';
import { seenSession } from './seen-session.ts';
import { decodeState, type FirewallState, liveText, sameFile, sameState } from './state.ts';

/** The guard's tag of the step itself, also while it is being undone. */
function stepTag(context: ChangeContext): string {
  return context.tag.replace(/-undo$/, '');
}

async function marks(context: ChangeContext, state: FirewallState): Promise<Result<Mark>> {
  const files: Record<string, string> = {};
  for (const { path } of state.files) {
    const mark = await currentMark(context, path);
    if (!mark.ok) {
      return mark;
    }
    files[path] = mark.value;
  }
  return succeed({ live: context.digest.sha256(liveText(state.live)), ...files });
}

async function nowAndWanted(
  change: FirewallChange,
  context: ChangeContext,
): Promise<Result<Fitting & { readonly now: FirewallState; readonly wanted: FirewallState }>> {
  const fitting = await fittingBackend(change, context);
  if (!fitting.ok) {
    return fitting;
  }
  const { backend } = fitting.value;
  const now = await backend.read(context);
  if (!now.ok) {
    return now;
  }
  const unfit = backend.unfit(now.value);
  if (unfit !== undefined) {
    return fail(unfit);
  }
  const wanted = await backend.wanted(change, now.value, context);
  return wanted.ok ? succeed({ ...fitting.value, now: now.value, wanted: wanted.value }) : wanted;
}

export const firewallRuleset: ChangeKind<'firewall-ruleset'> = {
  kind: 'firewall-ruleset',

  describe: (change) => ({
    title: 'close every inbound TCP port that is not listed',
    words: [
      `The rules are added to those of ${change.backend}; what is there stays.`,
      `SSH (port ${change.sshPort}) stays open to ${change.operatorSources.join(', ')}.`,
      ...change.allow.map(
        ({ port, from, label }) => `Port ${port} (${label}) is open to ${from.join(', ')}.`,
      ),
      'All other inbound TCP connections are dropped, for IPv4 and IPv6; existing connections go on. UDP and other protocols (VPN, name and time services), forwarding and address translation stay as they are.',
      `If a fresh login does not work afterwards, the host puts the old rules back after ${change.guardSeconds} seconds.`,
    ],
    blast: 'access',
    outageSeconds: 0,
    guarded: true,
  }),

  byHand: firewallByHand,

  async inspect(change, context) {
    const guards = await guardsOn(context.host, context.signal);
    if (!guards.ok) {
      return guards;
    }
    const seen = await seenSession(context);
    if (!seen.ok) {
      return seen;
    }
    const prediction = predictAccess(change, seen.value);
    if (prediction.outcome === 'excluded') {
      return fail(lockedOut(prediction, seen.value));
    }
    const armed = guards.value.filter(({ standing }) => standing === 'armed' || standing === 'firing');
    const other = armed.find(({ tag }) => tag !== stepTag(context));
    if (other !== undefined) {
      return fail(guardedBy('PRECONDITION_FAILED', other));
    }
    const looked = await nowAndWanted(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { backend, foreign, now, wanted } = looked.value;
    // While our own guard is armed the rules are live on probation only.
    const done = armed.length === 0 && sameState(now, wanted);
    return succeed({
      inPlace: done,
      diffs: done ? [] : backend.diffs(now, wanted).filter((diff) => diff.before !== diff.after),
      words: done ? [] : [prediction.words, ...backend.words(now, wanted), ...foreign],
    });
  },

  async capture(change, context) {
    const fitting = await fittingBackend(change, context);
    const now = fitting.ok ? await fitting.value.backend.read(context) : fitting;
    return now.ok ? succeed(encodeImage(now.value)) : now;
  },

  async apply(change, before, context) {
    const image = decodeState(before);
    const looked = image.ok ? await nowAndWanted(change, context) : image;
    if (!looked.ok) {
      return looked;
    }
    const { backend, now, wanted } = looked.value;
    if (!sameState(now, wanted)) {
      const live = await goLive(backend, context, now, wanted, change.guardSeconds);
      if (!live.ok) {
        return live;
      }
    }
    return afterWriting(await marks(context, wanted));
  },

  async verify(change, mark, context) {
    const looked = await nowAndWanted(change, context);
    if (!looked.ok) {
      return looked;
    }
    const { backend, now, wanted } = looked.value;
    const boot = await backend.atBoot(now, context);
    if (!boot.ok) {
      return boot;
    }
    const wrong = !sameState(now, wanted)
      ? 'The live rules or their files are not the wanted ones.'
      : liveText(boot.value) !== liveText(now.live)
        ? 'The rules that the next boot would load are not the live ones.'
        : context.digest.sha256(liveText(now.live)) !== mark['live']
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

  async drifted(change, before, context) {
    const image = decodeState(before);
    if (!image.ok) {
      return image;
    }
    const backend = backendFor(change.backend);
    const now = await backend.read(context);
    if (!now.ok) {
      return now;
    }
    const left = await backend.wanted(change, image.value, context);
    return left.ok
      ? succeed(backend.diffs(left.value, now.value).filter((diff) => diff.before !== diff.after))
      : left;
  },

  async revert(change, before, mark, context) {
    const image = decodeState(before);
    if (!image.ok) {
      return image;
    }
    const cleared = await fireGuard(context.host, stepTag(context));
    if (!cleared.ok) {
      return cleared;
    }
    const now = await backendFor(change.backend).read(context);
    if (!now.ok) {
      return now;
    }
    return withTold(await backTo(change, image.value, now.value, mark, context), cleared.value);
  },
};

async function backTo(
  change: FirewallChange,
  was: FirewallState,
  now: FirewallState,
  mark: Mark | undefined,
  context: ChangeContext & { readonly force: boolean },
): Promise<Result<void>> {
  const backend = backendFor(change.backend);
  if (sameState(now, was)) {
    return succeed(undefined);
  }
  const ours = await stillOurs(backend, change, was, now, mark, context);
  if (!ours.ok) {
    return ours;
  }
  if (!ours.value && !context.force) {
    return fail(drift('The firewall configuration'));
  }
  if (backend.opens(was)) {
    // Files first: where somebody has edited one meanwhile, the rules and their files stay together as they are.
    const lasting = await backend.makeLasting(context.host, context, now, was);
    return lasting.ok ? afterWriting(await backend.goLive(context.host, now, was)) : lasting;
  }
  // Going back to other rules can cut off access as well.
  return goLive(backend, context, now, was, change.guardSeconds);
}

/** Each part is either what we wrote or what was there before; anything else is somebody else's work. */
async function stillOurs(
  backend: Backend,
  change: FirewallChange,
  was: FirewallState,
  now: FirewallState,
  mark: Mark | undefined,
  context: ChangeContext,
): Promise<Result<boolean>> {
  const wanted = await backend.wanted(change, was, context);
  if (!wanted.ok) {
    return wanted;
  }
  const live = mark?.['live'] ?? context.digest.sha256(liveText(wanted.value.live));
  const isOneOf = (file: FirewallState['files'][number]) =>
    [...was.files, ...wanted.value.files].some((one) => sameFile(one, file));
  return succeed(
    (liveText(now.live) === liveText(was.live) || context.digest.sha256(liveText(now.live)) === live) &&
      now.files.every(isOneOf),
  );
}
