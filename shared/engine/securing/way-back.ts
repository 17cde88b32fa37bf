/**
 * The way back: configuration, keystore and data of before together, never one without the others (an open yml with TLS
 * secrets left in the keystore does not start). Switched by the host itself, as the way there was.
 */

import type { ChangeOf } from '../../domain/change.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { type ChangeContext, type Mark, type UndoWords, undoWords } from '../change-kind.ts';
import { probeHttp, vaultCredential } from '../elasticsearch/node.ts';
import { endRehearsal } from '../rehearsal/rehearse.ts';
import { peerFailed } from '../together/meeting.ts';
import { expectCluster, readIdentity } from './cluster.ts';
import { describeWayBack } from './describe-return.ts';
import { digestNow, drifted } from './drift.ts';
import { readEntries } from './entries.ts';
import { holdsData } from './holds-data.ts';
import { type Image, unpackImage } from './image.ts';
import { beginInStep } from './in-step.ts';
import { pinnedDoor } from './secured.ts';
import { awaitSwitch, endHeld, readSwitch, type SwitchStanding } from './standing.ts';
import { startAgain } from './start-again.ts';
import { forgetSwitch, notReturned, resumeReturn, type Trade } from './switch.ts';
import { switchedByUs } from './switched-by-us.ts';
import { adoptPassword } from './vault-password.ts';
import { dataAside, dropPaths, existing, makeWrapper } from './wrapper.ts';

export interface WayBack {
  readonly change: Pick<ChangeOf<'es-auto-configuration'>, 'install' | 'elasticPasswordRef' | 'httpCaRef'>;
  readonly image: Image;
  readonly tar: Uint8Array;
  readonly mark: Mark | undefined;
  readonly leftovers: readonly string[];
  /** For a node that is a member of others' cluster: makes it safe to take away. False: its data directory holds something still. */
  readonly leave?: (context: ChangeContext) => Promise<Result<boolean>>;
}

type BackContext = ChangeContext & { readonly force: boolean };

/** The data directory of the secured node, once it is out of the way. */
const securedAside = (path: string, tag: string) => `${path}.secured-${tag}`;

async function tradesBack(
  way: WayBack,
  context: ChangeContext,
  wrapper: string,
): Promise<Result<readonly Trade[]>> {
  const { install } = way.change;
  const trades: Trade[] = [];
  for (const path of way.image.data) {
    const { aside } = dataAside(path, context.tag);
    const found = path.state === 'filled' ? await existing(context, [aside]) : succeed([]);
    if (!found.ok) {
      return found;
    }
    if (path.state === 'filled' && found.value.length === 0) {
      return fail(
        appError(
          'NOT_REVERSIBLE',
          `The data directory that was set aside (${aside}) is gone.`,
          'Find it, put it back under this name and try again.',
          {
            hostState: 'unchanged',
            retryable: true,
          },
        ),
      );
    }
    trades.push({
      kind: path.mount ? 'contents' : 'rename',
      here: path.path,
      out: path.mount ? `${path.path}/secured-${context.tag}` : securedAside(path.path, context.tag),
      ...(path.state === 'filled' ? { in: aside } : {}),
    });
  }
  trades.push({ kind: 'rename', here: install.pathConf, out: `${wrapper}/before`, in: `${wrapper}/staged` });
  return succeed(trades);
}

/** A way back that the host had to leave half done is finished by the host first. */
async function settle(context: ChangeContext, standing: SwitchStanding): Promise<Result<ChangeContext>> {
  if (standing.state !== 'not-returned') {
    return succeed(context);
  }
  const resumed = await resumeReturn(context);
  const ended = resumed.ok ? await awaitSwitch(context, 1500) : resumed;
  if (!ended.ok) {
    return ended;
  }
  return ended.value.standing.state === 'not-returned' ? fail(notReturned()) : succeed(ended.value.context);
}

/** Errors: DRIFT, NOT_REVERSIBLE, ES_DID_NOT_START (the secured node is back then), SSH_CONNECTION_LOST. */
export async function revertToOpen(way: WayBack, context: BackContext): Promise<Result<void | UndoWords>> {
  const { install } = way.change;
  // A switch that is still running is waited for; the host ends it by itself.
  const running = await endHeld(context, 1500);
  if (!running.ok) {
    return running;
  }
  const settled = await settle(running.value.context, running.value.standing);
  if (!settled.ok) {
    return settled;
  }
  const live = settled.value;
  const yml = await digestNow(live, `${install.pathConf}/elasticsearch.yml`);
  if (!yml.ok) {
    return yml;
  }
  if (yml.value === way.image.yml) {
    const down = running.value.standing.state === 'returned-down' && way.image.active;
    const up = down ? await startAgain(live, install) : succeed(undefined);
    return up.ok ? await cleanAndTell(way, live, false) : up;
  }
  const entries = await readEntries(live, install.pathConf);
  const drift = entries.ok ? await drifted(way, live, entries.value) : entries;
  if (!entries.ok || !drift.ok) {
    return entries.ok ? (drift as Result<never>) : entries;
  }
  const ours = context.force
    ? succeed(drift.value.length === 0)
    : await switchedByUs(way, live, running.value.standing);
  if (!ours.ok) {
    return ours;
  }
  const wrong = ours.value ? drift.value : [`${install.pathConf}/elasticsearch.yml`, ...drift.value];
  if (wrong.length > 0 && !context.force) {
    return fail(
      appError(
        'DRIFT',
        `${wrong.join(', ')} was changed since ${ours.value ? 'the node was secured' : 'this step began, and nothing shows that it secured the node'}.`,
        'Look at the change, then decide whether to go back nevertheless.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const adopted = ours.value ? await adoptPassword(way.change, live) : ours;
  if (!adopted.ok) {
    return adopted;
  }
  const left = await way.leave?.(live);
  if (left?.ok === false) {
    return left;
  }
  const holds = left === undefined ? await holdsData(way.change, live) : !left.value;
  const keep = way.image.data.length > 0 && holds;
  const cleaned = await clean(way, live, true);
  const wrapper = cleaned.ok ? await makeWrapper(live, install.pathConf, false) : cleaned;
  if (!wrapper.ok) {
    return wrapper;
  }
  const unpacked = await unpackImage(live, way.tar, `${wrapper.value}/staged`);
  const trades = unpacked.ok ? await tradesBack(way, live, wrapper.value) : unpacked;
  if (!trades.ok) {
    await clean(way, live);
    return trades;
  }
  live.progress('Switching back to the configuration and data of before');
  const wish = {
    unit: install.unit ?? '',
    httpPort: install.httpPort,
    speech: 'any',
    active: true,
    start: way.image.active,
    seconds: 300,
    watched: { folder: install.pathConf, fingerprint: entries.value.fingerprint },
    trades: trades.value,
  } as const;
  const begun = await beginInStep(live, wish, () => wasMaster(way, live));
  if (!begun.ok && begun.error.code === 'PEER_FAILED') {
    const cleaned = await clean(way, live);
    return cleaned.ok ? begun : cleaned;
  }
  if (!begun.ok && begun.error.code !== 'SSH_CONNECTION_LOST') {
    // An order that is answered too late may have reached the host: nothing is removed beside a switch that runs.
    const standing = await readSwitch(live.host, live.tag);
    if (!standing.ok) {
      return fail({ ...begun.error, hostState: 'unknown' });
    }
    if (standing.value.state === 'none') {
      await clean(way, live);
      return begun;
    }
  }
  const ended = await awaitSwitch(live, 1500);
  if (!ended.ok) {
    return ended;
  }
  const last = ended.value.context;
  if (ended.value.standing.state === 'not-returned') {
    return fail(
      appError(
        'ES_DID_NOT_START',
        'The node did not come up with the old configuration and could not be stopped either, so the secured one was not put back under it. Both are kept on the host.',
        'Find out what holds the node, then undo again; or restart the host: it puts the secured configuration back before the node starts.',
        { hostState: 'changed', retryable: true },
      ),
    );
  }
  if (ended.value.standing.state === 'edited') {
    await clean(way, last);
    return fail(
      appError(
        'DRIFT',
        `A file in ${install.pathConf} was changed on the host while the way back was made ready, so nothing was switched.`,
        'Look at the change, then undo again.',
        { hostState: 'unchanged', retryable: true },
      ),
    );
  }
  if (ended.value.standing.state !== 'committed') {
    await clean(way, last);
    if (ended.value.standing.state === 'none' && !begun.ok) {
      return fail({ ...begun.error, hostState: 'unchanged' });
    }
    if (begun.ok && begun.value === 'given-up' && ended.value.standing.state === 'returned-up') {
      return fail(peerFailed('unchanged'));
    }
    return fail(describeWayBack(install, ended.value.standing));
  }
  if (!keep) {
    const dropped = await dropPaths(last, securedPaths(way, last));
    if (!dropped.ok) {
      return dropped;
    }
  }
  const told = await cleanAndTell(way, last, true);
  const apart = told.ok ? await rejoined(way, last) : [];
  return told.ok && apart.length > 0 ? succeed({ words: [...undoWords(told.value), ...apart] }) : told;
}

/** Which node stops last on the way back. In doubt none: it is an order, and no condition. */
async function wasMaster(way: WayBack, context: ChangeContext): Promise<Result<boolean>> {
  const door = await pinnedDoor(context, way.change.install);
  const credential = await vaultCredential(context, way.change.elasticPasswordRef);
  const identity = door.ok ? await readIdentity(context, door.value, credential) : door;
  return succeed(identity.ok && identity.value?.master === true);
}

/** Waits until the open nodes found each other again; what is to be said where they did not. */
async function rejoined(way: WayBack, context: ChangeContext): Promise<readonly string[]> {
  const { together } = context;
  if (together === undefined || !way.image.active || !(await together.meet('up'))) {
    return [];
  }
  const speech = await probeHttp(context, way.change.install.httpPort);
  const said = speech.ok && speech.value.speaks !== 'nothing' ? speech.value : undefined;
  const door = { address: said?.address ?? '', port: way.change.install.httpPort, tls: false } as const;
  const before = { nodes: together.hosts, colour: 'yellow' } as const;
  const joined = said !== undefined && (await expectCluster(context, door, undefined, before, 180)).ok;
  return joined
    ? []
    : ['The node runs with its configuration of before, and not all nodes of its cluster were there yet.'];
}

function securedPaths(way: WayBack, context: ChangeContext): readonly string[] {
  return way.image.data.map((path) =>
    path.mount ? `${path.path}/secured-${context.tag}` : securedAside(path.path, context.tag),
  );
}

/** Cleans up, and says which data of the secured node stays on the host: nobody may have to find it by chance. */
async function cleanAndTell(
  way: WayBack,
  context: ChangeContext,
  evenBefore: boolean,
): Promise<Result<void | UndoWords>> {
  const cleaned = await clean(way, context, evenBefore);
  const kept = cleaned.ok ? await existing(context, securedPaths(way, context)) : cleaned;
  if (!kept.ok || kept.value.length === 0) {
    return kept.ok ? succeed(undefined) : kept;
  }
  context.log.write('info', 'data of the secured node was kept', { paths: kept.value });
  return succeed({
    words: [
      `The data that was written while the node was secured is kept on the host as ${kept.value.join(', ')}; remove it there once nobody needs it.`,
    ],
  });
}

async function clean(way: WayBack, context: ChangeContext, evenBefore = false): Promise<Result<void>> {
  const ended = await endRehearsal(context);
  const dropped = ended.ok ? await dropPaths(context, way.leftovers, evenBefore) : ended;
  return dropped.ok ? await forgetSwitch(context.host, context.tag) : dropped;
}
