/** `bulwark plan`: from controls that fail to a plan in the workspace, with its digest and every diff. Changes nothing. */
import { catalog } from '../../shared/controls/catalog.ts';
import { builtInUserSchema, builtInUsers } from '../../shared/domain/built-in-users.ts';
import type { Finding } from '../../shared/domain/finding.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { systemClock } from '../adapters/system/system.ts';
import type { PlanOrder } from '../service/orders.ts';
import { makePlan } from '../service/planning.ts';
import { rotationOrder } from '../service/rotating.ts';
import { assessChosen } from './assess.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, type Options, parseChoices, usage } from './options.ts';
import { plain, planText } from './words.ts';

/** Each is an order of its own, and a plan holds one. */
const ordering = ['rotate', 'renew-certificates', 'replace-authority'] as const;

function wantedControls(options: Options): Result<readonly string[]> {
  const given = options.control ?? [];
  const all = catalog.map((control) => control.words.id);
  if (given.length === 0)
    return options.all === true
      ? succeed(all)
      : ordering.some((name) => options[name] !== undefined)
        ? succeed([])
        : fail(
            usage(
              'Say what to fix: --control ID, as often as needed, or --all; or whose password to rotate: --rotate USER; or --renew-certificates, or --replace-authority',
            ),
          );
  const unknown = given.find((id) => !all.includes(id));
  return unknown === undefined
    ? succeed(given)
    : fail(usage(`There is no control ${unknown}; controls are ${all.join(', ')}`));
}

function wantedOrder(
  options: Options,
  hosts: readonly Host[],
  choices: Readonly<Record<string, string>>,
): Result<PlanOrder | undefined> {
  const given = ordering.filter((name) => options[name] !== undefined);
  if (given.length > 1) return fail(usage(`--${given.join(' and --')} need a plan each`));
  if (options['renew-certificates'] === true)
    return succeed({ type: 'renew', hostIds: hosts.map(({ id }) => id), choices });
  if (options['replace-authority'] === true)
    return succeed({ type: 'replace-authority', hostIds: hosts.map(({ id }) => id), choices });
  return options.rotate === undefined ? succeed(undefined) : wantedRotation(options.rotate, hosts);
}

/** Passwords are those of a cluster: rotating them on two of its nodes would do it twice. */
function wantedRotation(users: readonly string[], hosts: readonly Host[]): Result<PlanOrder> {
  const named = builtInUserSchema.array().safeParse(users);
  if (!named.success) return fail(usage(`--rotate takes ${builtInUsers.join(', ')}`));
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0)
    return fail(usage('Rotate passwords on one host: --host NAME. They are those of its whole cluster.'));
  return succeed(rotationOrder(host.id, named.data, systemClock.now()));
}

/** What need not be planned, in a sentence each. */
function notFailing(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter((finding) => finding.outcome !== 'fail')
    .map((finding) => `${finding.id}: ${finding.outcome}: ${finding.summary}`);
}

/** What fails, and the way by hand where there is no other. */
function byHand({ id, summary, remedy }: Finding): readonly string[] {
  return remedy.type === 'manual'
    ? [`${id}: ${summary}`, `  ${remedy.reason}`, ...remedy.steps.map((step) => `  - ${step}`)]
    : [`${id}: ${summary}`];
}

/** It fails, and no step of a plan can change that. */
function nothingToDo(reason: string, failing: readonly Finding[], other: readonly string[]): Output {
  const left = failing.map((finding) => `${finding.id}: ${finding.summary}`);
  return {
    exitCode: exitCodes.fails,
    data: { plan: null, notFailing: other, notPlanned: left },
    text: plain([reason, ...failing.flatMap(byHand), ...other].join('\n')),
  };
}

async function plan(
  headless: Headless,
  hosts: readonly Host[],
  controls: readonly string[],
  choices: Readonly<Record<string, string>>,
  order: PlanOrder | undefined,
): Promise<Result<Output>> {
  const assessed = await assessChosen(headless, hosts);
  if (!assessed.ok) return assessed;
  const unread = assessed.value.find(({ error }) => error !== undefined)?.error;
  if (unread !== undefined) return fail(unread);
  const asked = assessed.value
    .flatMap(({ state }) => state.latest?.findings ?? [])
    .filter((finding) => controls.includes(finding.controlId));
  const failing = asked.filter((finding) => finding.outcome === 'fail');
  const other = notFailing(asked);
  if (failing.length === 0 && order === undefined) {
    const open = asked.some(({ outcome }) => outcome === 'unknown' || outcome === 'error');
    return succeed({
      exitCode: open ? exitCodes.notKnown : exitCodes.done,
      data: { plan: null, notFailing: other },
      text: plain(['Nothing to plan: none of these fails.', ...other].join('\n')),
    });
  }
  const made = await headless.run('plan', 'Make the plan', (handle) =>
    makePlan(
      headless.service.context,
      headless.workspace,
      failing.map(({ id, hostId, controlId }) => ({
        findingId: id,
        hostId,
        controlId,
        choices: { ...choices },
      })),
      handle,
      order,
    ),
  );
  if (!made.ok && made.error.code === 'PLAN_EMPTY')
    return succeed(nothingToDo(made.error.message, failing, other));
  if (!made.ok) return made;
  return succeed({
    // What another step of this plan settles is not left over.
    exitCode: made.value.leftOut.every(({ settledBy }) => settledBy !== undefined)
      ? exitCodes.done
      : exitCodes.fails,
    data: { plan: made.value, notFailing: other },
    text: planText(
      made.value,
      (hostId) =>
        hosts.find(({ id }) => id === hostId)?.name ?? headless.workspace.host(hostId)?.name ?? hostId,
    ),
  });
}

export const planCommand: Command = {
  name: 'plan',
  summary: 'Plan fixes and show what each would do. Changes nothing on a host.',
  usage: [
    'bulwark plan --workspace NAME (--control ID … | --all | --rotate USER … | --renew-certificates | --replace-authority) [--choice name=value …] [--host NAME …] [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'control', 'choice', ...ordering, 'all'],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const controls = wantedControls(options);
    if (!controls.ok) return controls;
    const choices = parseChoices(options.choice ?? []);
    if (!choices.ok) return choices;
    return await onWorkspace(options, terminal, async (headless) => {
      const hosts = chosenHosts(headless.workspace, options);
      if (!hosts.ok) return hosts;
      const order = wantedOrder(options, hosts.value, choices.value);
      return order.ok ? await plan(headless, hosts.value, controls.value, choices.value, order.value) : order;
    });
  },
};
