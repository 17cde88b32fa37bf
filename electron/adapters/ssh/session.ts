/** One host over one SSH connection: scripts and requests, each counted, each with a deadline. */
import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { appError } from '../../../shared/domain/error.ts';
import type { HostKey } from '../../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type {
  HostSession,
  Log,
  NodeRequest,
  NodeResponse,
  RawExchange,
  ScriptOutput,
  ScriptRequest,
  SessionCost,
} from '../../../shared/engine/ports.ts';
import { ChannelGate } from './channel-gate.ts';
import { openExec } from './channel-opening.ts';
import type { Connection } from './connection.ts';
import { type Execution, follow } from './execution.ts';
import { requestThroughTunnel } from './node-request.ts';
import { exchangeThroughTunnel } from './raw-exchange.ts';
import { commandLine, type Elevation, scriptInput } from './remote-command.ts';
import { where } from './ssh-errors.ts';
import { sudoPasswordRequired, sudoPasswordWrong } from './sudo-errors.ts';

const defaultOutputBytes = 1024 * 1024;

export interface SessionNeeds {
  readonly maxChannels: number;
  readonly sudoPassword: (hostId: string) => Promise<Secret | undefined>;
  readonly log: Log;
}

export class SshSession implements HostSession {
  readonly hostId: string;
  readonly hostKey: HostKey;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly #connection: Connection;
  readonly #needs: SessionNeeds;
  readonly #gate: ChannelGate;
  #seenFrom: string | undefined;
  /** A script has been reached once, so the login leads to a shell of ours. */
  #proven = false;
  /** What sudo turned out to want; undefined until the first privileged command. */
  #elevation: 'quiet' | 'prompt' | undefined;
  /** Privileged commands go one at a time until sudo has let one through: two wrong passwords may lock an account. */
  #sudoTurn: Promise<unknown> = Promise.resolve();
  /** A password that sudo refused; it is never sent again. */
  #refusedPassword: string | undefined;
  #sentPassword: string | undefined;

  constructor(connection: Connection, needs: SessionNeeds) {
    this.#connection = connection;
    this.#needs = needs;
    this.#gate = new ChannelGate(needs.maxChannels);
    this.hostId = connection.host.id;
    this.hostKey = connection.hostKey;
    this.address = connection.host.address;
    this.port = connection.host.port;
    this.user = connection.host.user;
  }

  get seenFrom(): string | undefined {
    return this.#seenFrom;
  }

  alive(): boolean {
    return this.#connection.alive();
  }

  cost(): SessionCost {
    return this.#connection.costs.snapshot();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  probe(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    return this.#carry(request, false, signal);
  }

  run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    return this.#carry(request, true, signal);
  }

  request(request: NodeRequest, signal?: AbortSignal): Promise<Result<NodeResponse>> {
    return requestThroughTunnel(this.#connection, this.#gate, request, signal);
  }

  exchange(exchange: RawExchange, signal?: AbortSignal): Promise<Result<Uint8Array>> {
    return exchangeThroughTunnel(this.#connection, this.#gate, exchange, signal);
  }

  #carry(request: ScriptRequest, writes: boolean, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    const { host } = this.#connection;
    if (!request.privileged || host.user === 'root' || host.sudo === 'none')
      return this.#attempt(request, writes, 'none', signal).then((execution) => execution.result);
    if (this.#elevation !== undefined) return this.#privileged(request, writes, signal);
    const mine = this.#sudoTurn.then(() => this.#privileged(request, writes, signal));
    this.#sudoTurn = mine;
    return mine;
  }

  async #privileged(
    request: ScriptRequest,
    writes: boolean,
    signal?: AbortSignal,
  ): Promise<Result<ScriptOutput>> {
    // On a host with a password, asking "without a password?" first would only put an alarm into its log: sudo's
    // question is waited for instead, and when it does not come the command begins all the same.
    const elevation = this.#elevation ?? (this.#connection.host.sudo === 'passwordless' ? 'quiet' : 'prompt');
    if (this.#refusedPassword !== undefined) {
      // Even an unanswered question counts as a failed login where accounts are locked after a few.
      const another = await this.#sudoPassword();
      this.#sentPassword = undefined;
      if (!another.ok) return another;
    }
    const first = await this.#attempt(request, writes, elevation, signal);
    if (first.begun) this.#elevation = first.asked ? 'prompt' : elevation;
    const needsPassword = !first.result.ok && first.result.error.code === 'SUDO_PASSWORD_REQUIRED';
    if (elevation !== 'quiet' || first.begun || !needsPassword) return first.result;
    const second = await this.#attempt(request, writes, 'prompt', signal);
    if (second.begun) this.#elevation = 'prompt';
    return second.result;
  }

  async #attempt(
    request: ScriptRequest,
    writes: boolean,
    elevation: Elevation,
    signal?: AbortSignal,
  ): Promise<Execution> {
    const command = {
      nonce: randomBytes(12).toString('hex'),
      elevation,
      script: request.script,
      args: request.args ?? [],
      deadlineSeconds: request.deadlineSeconds,
      inputIsData: request.stdin !== undefined,
    };
    const line = commandLine(command);
    if (!line.ok) return notStarted(line);
    const channel = await openExec(this.#connection, this.#gate, line.value, signal);
    if (!channel.ok) return notStarted(channel);
    const input = request.stdin === undefined ? scriptInput(command) : bytesOf(request.stdin);
    return this.#converse(channel.value, request, { nonce: command.nonce, elevation, input, writes }, signal);
  }

  async #converse(
    channel: ClientChannel,
    request: ScriptRequest,
    how: {
      readonly nonce: string;
      readonly elevation: Elevation;
      readonly input: Uint8Array;
      readonly writes: boolean;
    },
    signal: AbortSignal | undefined,
  ): Promise<Execution> {
    const { costs, host } = this.#connection;
    const startedAt = performance.now();
    costs.exec();
    // Opening, starting, and the answer to what standard input carried.
    costs.wait(3);
    const execution = await follow(channel, {
      ...how,
      name: request.name,
      user: this.user,
      place: where(host.address, host.port),
      deadlineSeconds: request.deadlineSeconds,
      maxOutputBytes: request.maxOutputBytes ?? defaultOutputBytes,
      holdInput: how.elevation === 'prompt' || (request.stdin !== undefined && !this.#proven),
      alive: () => this.#connection.alive(),
      sudoPassword: () => this.#sudoPassword(),
      signal,
    });
    if (execution.asked) costs.wait();
    this.#needs.log.write('debug', 'ssh command', {
      host: host.id,
      name: request.name,
      result: execution.result.ok ? execution.result.value.exitCode : execution.result.error.code,
      milliseconds: Math.round(performance.now() - startedAt),
    });
    if (execution.begun) this.#proven = true;
    this.#seenFrom ??= execution.hello?.seenFrom;
    const refused = !execution.result.ok && execution.result.error.code === 'SUDO_PASSWORD_WRONG';
    if (refused) this.#refusedPassword = this.#sentPassword ?? this.#refusedPassword;
    this.#sentPassword = undefined;
    return execution;
  }

  async #sudoPassword(): Promise<Result<string>> {
    const given = await this.#needs.sudoPassword(this.hostId);
    if (given === undefined) return fail(sudoPasswordRequired(this.user));
    const clear = given.reveal();
    if (clear === this.#refusedPassword) return fail(sudoPasswordWrong(this.user));
    if (/[\n\r\0]/.test(clear))
      return fail(
        appError(
          'INPUT_INVALID',
          'The sudo password holds a line break.',
          'Enter it again without the line break.',
          {
            hostState: 'unchanged',
          },
        ),
      );
    this.#sentPassword = clear;
    return succeed(clear);
  }
}

function notStarted(
  result: Result<never> | { readonly ok: false; readonly error: ReturnType<typeof appError> },
): Execution {
  const error = result.ok ? undefined : result.error;
  return {
    result: fail(error ?? appError('INTERNAL', 'A command was not started.', 'Please report this.')),
    hello: undefined,
    begun: false,
    asked: false,
  };
}

function bytesOf(input: Uint8Array | Secret): Uint8Array {
  return input instanceof Secret ? Buffer.from(input.reveal()) : input;
}
