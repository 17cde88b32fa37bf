/**
 * Starts a configuration once beside the running node, before it may go live: a copy of the configuration directory, an
 * empty data directory, the same user, program, environment and limits, a network of its own. Finds what only
 * Elasticsearch can know (unknown settings, missing or unreadable stores, wrong passwords) and costs no outage.
 */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { cancelled } from '../elasticsearch/node.ts';
import { readUnit } from '../elasticsearch/service.ts';
import {
  explainStartFailure,
  type StartFailure,
  startFailureSentence,
} from '../elasticsearch/start-failure.ts';
import { readYml } from '../elasticsearch/start-log.ts';
import { runChecked, textOf } from '../host-script.ts';
import { pollScript, runScript, startScript, stopScript } from './scripts.ts';

export interface Rehearsal {
  readonly install: EsInstall;
  /** The unit that really starts the node: user, environment and limits are taken from it. */
  readonly unit: string;
  /** Configuration to be tried; shown to the rehearsed node at the place of the live one. */
  readonly pathConf: string;
  /** CA certificate (below the configuration directory) that a handshake with the rehearsed node must verify by. */
  readonly httpCa?: string;
}

type RehearsalContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'progress' | 'tag'>;

/** Server and launcher together, with some air. */
const neededKiB = 800 * 1024;
const longestSeconds = 420;

export type Verdict =
  | { readonly verdict: 'good' }
  | { readonly verdict: 'rejected'; readonly failure: StartFailure | undefined; readonly tail: string };

function impossible(why: string): AppError {
  return appError(
    'ES_REHEARSAL_IMPOSSIBLE',
    `The new configuration cannot be tried beside the running node: ${why}.`,
    'Make that possible, or plan the change without a rehearsal and accept that a wrong setting shows itself only at the restart.',
    { hostState: 'unchanged' },
  );
}

/** What Elasticsearch says about a configuration. Errors: ES_REHEARSAL_IMPOSSIBLE, SSH_CONNECTION_LOST, CANCELLED. */
export async function tryConfiguration(
  context: RehearsalContext,
  rehearsal: Rehearsal,
): Promise<Result<Verdict>> {
  const { folder, name } = placesOf(context.tag);
  const { install } = rehearsal;
  const unit = await readUnit(context.host, rehearsal.unit, context.signal);
  if (!unit.ok) {
    return unit;
  }
  const { user, group } = unit.value.properties;
  context.progress('Starting the new configuration once beside the running node', 'rehearsing');
  const parameters = [
    install.pathConf,
    install.home,
    install.javaHome ?? '',
    user,
    group,
    install.pathLogs,
    String(install.httpPort),
    rehearsal.httpCa ?? '',
    // 7.x does not know the setting and refuses to start with it (seen on 7.17.29).
    Number.parseInt(install.version, 10) < 8 ? '' : 'xpack.security.autoconfiguration.enabled=false',
  ];
  const started = await runChecked(
    context.host,
    {
      name: 'rehearsal-start',
      script: startScript,
      args: [folder, name, rehearsal.unit, rehearsal.pathConf, String(neededKiB)],
      stdin: new TextEncoder().encode(`${parameters.map((line) => `=${line}`).join('\n')}\n\n${runScript}`),
      privileged: true,
      deadlineSeconds: 120,
    },
    {
      doing: 'start a rehearsal',
      explain: (output) => {
        if (output.exitCode === 111) {
          return impossible('this host has no systemd');
        }
        return output.exitCode === 112
          ? impossible(
              `it needs ${neededKiB / 1024} MB of free memory and only ${Math.round(Number(textOf(output.stderr)) / 1024)} MB are free`,
            )
          : undefined;
      },
    },
    context.signal,
  );
  const verdict = started.ok ? await watch(context, folder, name) : started;
  await endRehearsal(context);
  return verdict;
}

const placesOf = (tag: string) => ({
  folder: `/var/lib/bulwark/${tag}/rehearsal`,
  name: `bulwark-rehearsal-${tag}.service`,
});

/** Ends a rehearsal with everything in it and removes what it left; also one that a broken connection left running. */
export async function endRehearsal(context: Pick<ChangeContext, 'host' | 'tag'>): Promise<Result<void>> {
  const { folder, name } = placesOf(context.tag);
  const ran = await runChecked(
    context.host,
    {
      name: 'rehearsal-stop',
      script: stopScript,
      args: [folder, name],
      privileged: true,
      deadlineSeconds: 90,
    },
    { doing: 'end the rehearsal' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

async function watch(context: RehearsalContext, folder: string, name: string): Promise<Result<Verdict>> {
  const begin = context.clock.elapsed();
  const until = begin + longestSeconds * 1000;
  while (context.clock.elapsed() < until) {
    const polled = await runChecked(
      context.host,
      {
        name: 'rehearsal-poll',
        script: pollScript,
        args: [folder, name],
        privileged: true,
        deadlineSeconds: 30,
      },
      { doing: 'watch the rehearsal' },
      context.signal,
    );
    if (!polled.ok) {
      return polled;
    }
    const [active = '', state = '', ...rest] = textOf(polled.value).split('\n');
    const output = rest.join('\n');
    if (state === 'listening') {
      return succeed({ verdict: 'good' });
    }
    if (state === 'tls-bad') {
      const failure = {
        words:
          'The node starts, but a TLS handshake with it does not verify by the CA that clients would trust.',
        line: '',
        settings: [],
      };
      return succeed({ verdict: 'rejected', failure, tail: '' });
    }
    if (state.startsWith('impossible-')) {
      return fail(
        impossible(
          state === 'impossible-network'
            ? 'this host cannot give a service a network of its own'
            : 'this host cannot give a service file systems of its own',
        ),
      );
    }
    if (
      state.startsWith('ended-') ||
      active === 'failed' ||
      (active === 'inactive' && state !== 'preparing')
    ) {
      return succeed({
        verdict: 'rejected',
        failure: explainStartFailure(output),
        tail: output.slice(-1500),
      });
    }
    context.progress(`Rehearsing: ${Math.round((context.clock.elapsed() - begin) / 1000)} s`, 'rehearsing');
    if (!(await context.clock.sleep(1000, context.signal))) {
      return fail(cancelled());
    }
  }
  return fail(impossible(`it did not come up within ${longestSeconds / 60} minutes`));
}

/** ES_CONFIGURATION_REJECTED for a verdict; names the line of elasticsearch.yml and why. */
export async function rejection(
  context: Pick<ChangeContext, 'host'>,
  rehearsal: Rehearsal,
  verdict: Extract<Verdict, { readonly verdict: 'rejected' }>,
): Promise<AppError> {
  const yml = await readYml(context, rehearsal.pathConf);
  const why =
    verdict.failure === undefined
      ? 'It ended without a reason that Bulwark knows.'
      : startFailureSentence(verdict.failure, yml);
  return appError(
    'ES_CONFIGURATION_REJECTED',
    `Elasticsearch rejects this configuration; the running node was not touched. ${why}`,
    'Correct the named line, assess again and make a new plan.',
    { hostState: 'unchanged', detail: verdict.failure?.line ?? verdict.tail.slice(-300) },
  );
}

/** Errors: ES_CONFIGURATION_REJECTED with the wrong line and why, ES_REHEARSAL_IMPOSSIBLE, SSH_CONNECTION_LOST, CANCELLED. */
export async function rehearse(context: RehearsalContext, rehearsal: Rehearsal): Promise<Result<void>> {
  const tried = await tryConfiguration(context, rehearsal);
  if (!tried.ok) {
    return tried;
  }
  return tried.value.verdict === 'good'
    ? succeed(undefined)
    : fail(await rejection(context, rehearsal, tried.value));
}
