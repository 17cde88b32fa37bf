/**
 * Runs Elasticsearch's own command-line tools as they want to be run: from `/`, with an absolute and checked
 * configuration directory, a clean environment, as the owner of that directory, one at a time, and never killed.
 *
 * Seen on 8.19.21: a wrong ES_PATH_CONF silently makes the caller's directory the configuration directory, without a
 * UTF-8 locale non-ASCII values are destroyed, and two writers at once lose values with exit code 0.
 */
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import { textOf } from '../host-script.ts';
import type { HostWriter, ScriptOutput } from '../ports.ts';
import {
  endOfInput,
  hideScript,
  innerScript,
  outerScript,
  switchUser,
  toolsPlaces,
  wrapperExits,
} from './tool-scripts.ts';

/** Where a tool runs; differs from the live installation while a configuration is being prepared. */
export interface ToolPlace {
  readonly home: string;
  readonly pathConf: string;
  readonly javaHome?: string;
  /** Owner of the configuration directory: root for packages, the service user for archives. */
  readonly user: string;
  readonly group: string;
  /** Directories that the tool sees in place of others; nobody else does. */
  readonly binds?: readonly { readonly from: string; readonly to: string }[];
}

export interface ToolCall {
  /** Below the home directory, e.g. `bin/elasticsearch-keystore`. */
  readonly program: string;
  readonly args: readonly string[];
  /** One answer or value per line. Default: empty. */
  readonly stdin?: Secret | string;
  /** An option of a launcher whose value no other process may see; not for values with line breaks. */
  readonly hidden?: { readonly option: '--enrollment-token'; readonly value: Secret };
  /** For `bin/elasticsearch-cli`: tool name and libraries. */
  readonly cli?: { readonly name: string; readonly libs: string };
  /** Default 600: key generation takes minutes on a loaded machine. A tool that takes longer goes on by itself. */
  readonly deadlineSeconds?: number;
}

export interface ToolRun {
  readonly exitCode: number;
  /** Without the launcher's own `warning: ` lines. May hold a secret when the tool prints one. */
  readonly stdout: string;
  /** Lines of standard error that name a cause and cannot repeat what was typed. */
  readonly complaint: string;
}

/** Launchers print `warning: ignoring JAVA_…` on standard output, in front of results. */
export function toolResult(stdout: string): string {
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('warning: '))
    .join('\n');
}

/** The tools repeat typed secrets in some messages; at most 600 characters of sentences that cannot are kept. */
export function toolComplaint(stderr: string): string {
  const kept = stderr
    .replace(/Enter value for [\w.-]+: /g, '\n')
    .split('\n')
    .filter((line) =>
      /^(ERROR:|Caused by:|Exception in|[a-z][\w.$]*(Exception|Error)\b|could not|.*elasticsearch-env: line|mount:|unshare:)/.test(
        line.trim(),
      ),
    )
    .filter((line) => !/Did not understand|Passwords are not equal|Enter (value|password|new)/i.test(line));
  return kept.join('\n').trim().slice(0, 600);
}

function wrapperError(
  output: ScriptOutput,
  place: ToolPlace,
  stderr: string,
): ReturnType<typeof appError> | undefined {
  const detail = toolComplaint(stderr);
  switch (output.exitCode) {
    case wrapperExits.configuration:
      return appError(
        'PRECONDITION_FAILED',
        `${place.pathConf} is not a usable configuration directory: it or its elasticsearch.yml is missing or a link.`,
        'Check which configuration directory the node uses, then assess the host again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.user:
      return appError(
        'ES_TOOL_FAILED',
        `The host has no program to run a command as ${place.user} (setpriv, runuser or su).`,
        'Install util-linux on the host and try again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.bind:
      return appError(
        'ES_TOOL_FAILED',
        'The host does not let root make private mounts, which Bulwark needs to prepare a configuration beside the live one.',
        'Check whether the host is a restricted container; secure the node by hand there.',
        { hostState: 'unchanged', detail },
      );
    case wrapperExits.noPlace:
      return appError(
        'ES_TOOL_FAILED',
        'Neither /run nor /var/lib on this host is a directory that only root can write to, so an Elasticsearch tool could be held up or led astray by another user. It was not started.',
        'Give /run back to root (owner root, mode 755) and try again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.notRoots:
      return appError(
        'PRECONDITION_FAILED',
        `The programs in ${place.home} can be changed by others than root, and ${place.pathConf} belongs to root; Bulwark does not run such programs as root.`,
        'Give the programs to root (owner root, not writable for others), or the configuration directory to the service user, then assess the host again.',
        { hostState: 'unchanged' },
      );
    case wrapperExits.cutShort:
      return appError(
        'SSH_CONNECTION_LOST',
        'The input for an Elasticsearch tool did not arrive completely; the tool was not started.',
        'Check the connection and try again.',
        { hostState: 'unchanged', retryable: true },
      );
    case wrapperExits.busy:
      return appError(
        'BUSY',
        'Another Elasticsearch tool is still running on this host.',
        'Wait until it has ended and try again.',
        {
          hostState: 'unchanged',
          retryable: true,
        },
      );
    default:
      return /elasticsearch-env: line \d+: cd:/.test(stderr)
        ? appError(
            'PRECONDITION_FAILED',
            `${place.user} may not enter ${place.pathConf}; the tool would have worked in another directory.`,
            'Correct owner and mode of the configuration directory and try again.',
            { hostState: 'unknown', detail },
          )
        : undefined;
  }
}

function inputOf({ stdin, hidden }: ToolCall): Secret {
  const first = hidden === undefined ? '' : `${hidden.value.reveal()}\n`;
  return new Secret(`${first}${stdin instanceof Secret ? stdin.reveal() : (stdin ?? '')}${endOfInput}`);
}

/** Runs a tool. A non-zero exit code of the tool is a value: 0 is not success either until it was read back. */
export async function runTool(
  host: HostWriter,
  place: ToolPlace,
  call: ToolCall,
  signal?: AbortSignal,
): Promise<Result<ToolRun>> {
  const binds = place.binds ?? [];
  const environment = call.cli === undefined ? '' : `${call.cli.name}:${call.cli.libs}`;
  const hidden = call.hidden?.option ?? '';
  const inner = `TOOL_ENVIRONMENT='${environment}' TOOL_HIDDEN='${hidden}' hide='${hideScript}'${innerScript}${switchUser}`;
  const ran = await host.run(
    {
      name: call.program.replace(/^.*\//, ''),
      script: outerScript,
      args: [
        ...toolsPlaces,
        inner,
        place.pathConf,
        place.home,
        place.javaHome ?? '',
        place.user,
        place.group,
        String(binds.length),
        ...binds.flatMap((bind) => [bind.from, bind.to]),
        call.program,
        ...call.args,
      ],
      stdin: inputOf(call),
      privileged: true,
      deadlineSeconds: call.deadlineSeconds ?? 600,
    },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const stderr = textOf(ran.value.stderr);
  const wrong = wrapperError(ran.value, place, stderr);
  return wrong === undefined
    ? succeed({
        exitCode: ran.value.exitCode,
        stdout: toolResult(textOf(ran.value.stdout)),
        complaint: toolComplaint(stderr),
      })
    : fail(wrong);
}

/** The error for a tool that ended with a code that the caller did not expect. */
export function toolError(
  doing: string,
  run: ToolRun,
  hostState: 'unchanged' | 'changed' | 'unknown' = 'unchanged',
) {
  return appError(
    'ES_TOOL_FAILED',
    `Could not ${doing}: Elasticsearch's tool ended with code ${run.exitCode}.`,
    'Read the details; correct the cause on the host and try again.',
    {
      hostState,
      retryable: run.exitCode === 69 || run.exitCode === 75,
      ...(run.complaint === '' ? {} : { detail: run.complaint }),
    },
  );
}
