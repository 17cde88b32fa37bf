/** How far a switch is that was handed to the host, and waiting for it across lost connections. */

import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { cancelled } from '../elasticsearch/node.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import type { HostWriter } from '../ports.ts';
import { Refusals } from '../root-refused.ts';
import { switchFolder, unitNames, withdrawOrder } from './switch.ts';
import { type FinalState, finalStates } from './switch-script.ts';

const stateScript = `${prelude}
head -n 1 "$1/state" 2>/dev/null || echo none
systemctl show -p ActiveState --value -- "$2" 2>/dev/null
cat "$1/failed-at" 2>/dev/null
exit 0
`;

export interface SwitchStanding {
  /**
   * `none`: no switch of this step is known to the host. `ordered`: it is, and nobody carries it out (yet). `held`: everything
   * is in place, and the node is stopped.
   */
  readonly state: FinalState | 'none' | 'ordered' | 'running' | 'held';
  /** Host's clock when the new configuration had failed to start. */
  readonly failedAt: number | undefined;
}

export async function readSwitch(host: HostWriter, tag: string): Promise<Result<SwitchStanding>> {
  const ran = await runChecked(
    host,
    {
      name: 'switch-state',
      script: stateScript,
      args: [switchFolder(tag), unitNames(tag).go],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'ask the host how far the switch is' },
  );
  if (!ran.ok) {
    return ran;
  }
  const [word = 'none', unit = '', failedAt] = textOf(ran.value).split('\n');
  const final = finalStates.find((state) => state === word);
  const idle = word === 'ready' && (unit === 'inactive' || unit === 'failed');
  return succeed({
    state: final ?? (word === 'none' || word === 'held' ? word : idle ? 'ordered' : 'running'),
    failedAt: failedAt === undefined || failedAt === '' ? undefined : Number.parseInt(failedAt, 10),
  });
}

const goesOn = (state: SwitchStanding['state']) => state === 'running' || state === 'ordered';

/** How long a host may take from an order that is written to its start, in seconds; then whoever gave it did not come to that. */
const orderSeconds = 20;

/**
 * Waits for the end of a switch that was begun; an order that nobody carries out is taken back (`none` then). A lost
 * connection does not stop it; new ones are tried for as long as a switch can take. Returns a context whose host is alive. Errors: SSH_CONNECTION_LOST, CANCELLED (the switch goes on), SUDO_… (it too).
 */
export function awaitSwitch(context: ChangeContext, seconds: number): Promise<Result<Awaited>> {
  return awaitState(context, seconds, (state) => !goesOn(state) && state !== 'held');
}

/** As `awaitSwitch`, and ends also where the host holds the stopped node. */
export function awaitHeld(context: ChangeContext, seconds: number): Promise<Result<Awaited>> {
  return awaitState(context, seconds, (state) => !goesOn(state));
}

/** As `awaitSwitch`; a node that is held goes back at once, because nobody is going to call it any more. */
export async function endHeld(context: ChangeContext, seconds: number): Promise<Result<Awaited>> {
  const first = await awaitHeld(context, seconds);
  if (!first.ok || first.value.standing.state !== 'held') {
    return first;
  }
  // Where this does not reach the host, it goes back when its patience ends.
  await callHeld(first.value.context, 'give-up');
  return await awaitSwitch(first.value.context, seconds);
}

interface Awaited {
  readonly standing: SwitchStanding;
  readonly context: ChangeContext;
}

async function awaitState(
  context: ChangeContext,
  seconds: number,
  enough: (state: SwitchStanding['state']) => boolean,
): Promise<Result<Awaited>> {
  let live = context;
  let lost: AppError | undefined;
  const refusals = new Refusals('The host goes on by itself; then let Bulwark look at it again.');
  const begin = context.clock.elapsed();
  let ordered: number | undefined;
  while (context.clock.elapsed() - begin < seconds * 1000) {
    const read = await readSwitch(live.host, context.tag);
    if (read.ok) {
      lost = undefined;
      refusals.answered();
      if (enough(read.value.state)) {
        return succeed({ standing: read.value, context: live });
      }
      ordered = read.value.state === 'ordered' ? (ordered ?? context.clock.elapsed()) : undefined;
      if (ordered !== undefined && context.clock.elapsed() - ordered >= orderSeconds * 1000) {
        // What that led to is asked next; an error of the connection is met there too.
        await withdrawOrder(live.host, context.tag);
      }
      context.progress(`The host is switching: ${Math.round((context.clock.elapsed() - begin) / 1000)} s`);
    } else {
      lost = read.error;
      const ended = refusals.count(read.error);
      if (ended !== undefined) {
        return ended;
      }
      context.progress('The connection was lost; the host goes on by itself. Connecting again');
      const fresh = await context.openFresh();
      if (fresh.ok) {
        live = { ...context, host: fresh.value };
      }
    }
    if (!(await context.clock.sleep(1500, context.signal))) {
      return fail(cancelled());
    }
  }
  return fail(
    lost ??
      appError(
        'ES_NOT_READY',
        'The host has not finished switching.',
        'Wait and let Bulwark look at the host again.',
        {
          hostState: 'unknown',
          retryable: true,
        },
      ),
  );
}

const callScript = `${prelude}
cd -- "$1" || exit 1
[ "$(head -n 1 state 2>/dev/null)" = held ] || exit 113
: > "$2"
`;

/** Calls the host that holds its stopped node: `go-on` starts it, `give-up` puts the old state back. Errors: those of the connection. */
export async function callHeld(context: ChangeContext, word: 'go-on' | 'give-up'): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'switch-call',
      script: callScript,
      args: [switchFolder(context.tag), word],
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'tell the host that all nodes are stopped',
      explain: (output) => (output.exitCode === 113 ? heldNoMore() : undefined),
    },
  );
  return ran.ok ? succeed(undefined) : ran;
}

function heldNoMore(): AppError {
  return appError(
    'ES_NOT_READY',
    'The host had waited too long for the others and put its old configuration back.',
    'Try again.',
    { hostState: 'restored', retryable: true },
  );
}
