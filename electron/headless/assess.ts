/** `bulwark assess`: reads hosts, changes nothing, prints every control with outcome and evidence. */
import type { HostState } from '../../shared/contract/state.ts';
import type { AppError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { assessHosts } from '../service/assessing.ts';
import { catalogVersion } from '../service/reporting.ts';
import type { Command, Output } from './command.ts';
import { exitCodeOfOutcomes, exitCodes } from './exit-code.ts';
import { type Headless, onTemporaryWorkspace, onWorkspace } from './headless-service.ts';
import { chosenHosts, hostDraft } from './host-options.ts';
import { atTheTerminal } from './next-step.ts';
import { connecting, inWorkspace, type Options, usage } from './options.ts';
import type { Terminal } from './terminal.ts';
import { countsOf, errorText, scanText } from './words.ts';

interface Assessed {
  readonly state: HostState;
  /** Why this run could not read the host. */
  readonly error: AppError | undefined;
}

function hostData({ state, error }: Assessed) {
  const { host, latest } = state;
  const about = {
    host: { id: host.id, name: host.name, address: host.address, port: host.port, user: host.user },
  };
  if (error !== undefined || latest === undefined) return { ...about, error: error && atTheTerminal(error) };
  return {
    ...about,
    startedAt: latest.startedAt,
    finishedAt: latest.finishedAt,
    subject: latest.subject,
    counts: countsOf(latest.findings),
    controls: latest.findings.map((finding) => ({
      id: finding.controlId,
      area: finding.area,
      title: finding.title,
      severity: finding.severity,
      outcome: finding.outcome,
      summary: finding.summary,
      evidence: finding.evidence,
      remedy: finding.remedy,
    })),
    exposure: latest.exposure,
    factsDigest: latest.factsDigest,
    cost: latest.cost,
  };
}

function hostText({ state, error }: Assessed): string {
  if (error !== undefined) return `${state.host.name} could not be read: ${errorText(atTheTerminal(error))}`;
  return state.latest === undefined ? '' : scanText(state.host, state.latest);
}

/** Assesses in one operation; the answer holds every host, read or not. */
export async function assessChosen(
  headless: Headless,
  hosts: readonly Host[],
): Promise<Result<readonly Assessed[]>> {
  headless.give(hosts);
  const { context } = headless.service;
  const ids = hosts.map((host) => host.id);
  const done = await headless.run(
    'assess',
    ids.length === 1 ? 'Assess one host' : `Assess ${ids.length} hosts`,
    (handle) => assessHosts(context, headless.workspace, ids, handle),
  );
  if (!done.ok) return done;
  const assessed = context.store
    .get()
    .hosts.filter((state) => ids.includes(state.host.id))
    .map((state) => ({ state, error: state.assess.state === 'done' ? undefined : state.error }));
  // Somebody who asked for hosts and got none wants the reason, not an empty list.
  const reason = assessed.every(({ error }) => error !== undefined) ? assessed[0]?.error : undefined;
  return reason === undefined ? succeed(assessed) : fail(reason);
}

async function assess(headless: Headless, hosts: readonly Host[]): Promise<Result<Output>> {
  const assessed = await assessChosen(headless, hosts);
  if (!assessed.ok) return assessed;
  const outcomes = assessed.value.flatMap(({ state, error }) =>
    error === undefined
      ? (state.latest?.findings ?? []).map((finding) => finding.outcome)
      : ['error' as const],
  );
  return succeed({
    exitCode: exitCodeOfOutcomes(outcomes),
    data: {
      tool: headless.service.context.version,
      catalogVersion,
      hosts: assessed.value.map(hostData),
    },
    text: assessed.value.map(hostText).join('\n\n'),
  });
}

async function oneHost(options: Options, terminal: Terminal): Promise<Result<Output>> {
  const draft = hostDraft(options);
  if (!draft.ok) return draft;
  return await onTemporaryWorkspace(options, terminal, async (headless) => {
    const added = await headless.service.handlers.hosts.add({ draft: draft.value });
    if (!added.ok) return added;
    return await assess(headless, [{ ...draft.value, id: added.value.hostId }]);
  });
}

export const assessCommand: Command = {
  name: 'assess',
  summary: 'Look at hosts and judge every control. Changes nothing.',
  usage: [
    'bulwark assess --host user@address[:port] [--identity FILE] [--known-hosts FILE] [--json]',
    'bulwark assess --workspace NAME [--host NAME …] [--node-login USER --node-password-stdin] [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'identity', 'login', 'sudo', 'name'],
  otherwise: exitCodes.notKnown,
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const alone = options.workspace === undefined && options.workspaces === undefined;
    if (alone && options.host !== undefined) return await oneHost(options, terminal);
    return await onWorkspace(options, terminal, async (headless) => {
      const hosts = chosenHosts(headless.workspace, options);
      return hosts.ok ? await assess(headless, hosts.value) : hosts;
    });
  },
};
