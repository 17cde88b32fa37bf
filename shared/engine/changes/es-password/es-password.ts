/**
 * New passwords: set through the node of this host, or, where they are those of a cluster, through the node of one host and proven
 * by the nodes of all of them. Those hosts do it together: what one node does not accept goes back for all.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { fail, succeed } from '../../../domain/result.ts';
import type { ChangeContext, ChangeKind, Inspection } from '../../change-kind.ts';
import { type MeetingPoint, peerFailed } from '../../together/meeting.ts';
import { isProvenOnly, proveHere, provenHere, takenBackElsewhere } from './proving.ts';
import { setHere } from './set-here.ts';

type Change = ChangeOf<'es-password'>;

function toBeProven(change: Change, proven: readonly string[]): Inspection {
  const open = change.users.filter(({ name }) => !proven.includes(name));
  return {
    inPlace: open.length === 0,
    diffs: open.map(({ name }) => ({
      subject: `password of ${name}`,
      before: '[secret]',
      after: '[secret]',
    })),
    words: open.length === 0 ? [] : ['On this host it is only proven: another node of its cluster sets it.'],
  };
}

async function othersCome({ together }: ChangeContext, point: MeetingPoint): Promise<boolean> {
  return together === undefined || (await together.meet(point));
}

export const esPassword: ChangeKind<'es-password'> = {
  ...setHere,

  together: ({ cluster }) => cluster?.hosts,

  async inspect(change, context) {
    if (!isProvenOnly(change, context.host.hostId)) return await setHere.inspect(change, context);
    const proven = await provenHere(change, context);
    return proven.ok ? succeed(toBeProven(change, proven.value)) : proven;
  },

  async capture(change, context) {
    if (!isProvenOnly(change, context.host.hostId)) return await setHere.capture(change, context);
    return succeed(new TextEncoder().encode('{"version":1,"leftAlone":[]}'));
  },

  async apply(change, before, context) {
    // Nothing is set before all nodes have answered, and nobody looks before it is set.
    if (!(await othersCome(context, 'prepared'))) return fail(peerFailed('unchanged'));
    if (!isProvenOnly(change, context.host.hostId)) {
      const set = await setHere.apply(change, before, context);
      return set.ok && !(await othersCome(context, 'up')) ? fail(peerFailed('changed')) : set;
    }
    if (!(await othersCome(context, 'up'))) return fail(peerFailed('unchanged'));
    const proven = await proveHere(change, context);
    return proven.ok ? succeed({ proven: change.users.map(({ name }) => name).join(',') }) : proven;
  },

  async verify(change, mark, context) {
    return isProvenOnly(change, context.host.hostId)
      ? await proveHere(change, context)
      : await setHere.verify(change, mark, context);
  },

  async complete(change, before, context) {
    if (!isProvenOnly(change, context.host.hostId))
      return (await setHere.complete?.(change, before, context)) ?? succeed(false);
    const proven = await provenHere(change, context);
    return proven.ok ? succeed(proven.value.length === change.users.length) : proven;
  },

  async revert(change, before, mark, context) {
    return isProvenOnly(change, context.host.hostId)
      ? await takenBackElsewhere(change, context)
      : await setHere.revert(change, before, mark, context);
  },
};
