/**
 * A HostWriter that runs the engine's real scripts with a real `sh` on this machine, inside a folder of its own: arguments
 * that begin with `/` get the folder's path in front, and the folder's path is taken out of the answers. Tools that must
 * not run here (systemctl, nft …) are stood in for by small programs that the test teaches; others are refused.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type {
  HostSession,
  HostWriter,
  NodeRequest,
  RawExchange,
  ScriptOutput,
  ScriptRequest,
} from '../../shared/engine/ports.ts';

/** Programs that change the machine and so never run from a unit test unless a test stands in for them. */
const refused = [
  'systemctl',
  'systemd-run',
  'update-rc.d',
  'nft',
  'iptables',
  'ufw',
  'firewall-cmd',
  'useradd',
  'usermod',
  'userdel',
  'groupadd',
  'groupdel',
  'gpasswd',
  'passwd',
  'adduser',
  'addgroup',
  'visudo',
  'restorecon',
];

export interface LocalHostOptions {
  /** Interpreter and its arguments. Default `sh`. */
  readonly shell?: readonly string[];
  /** Put the folder in front of absolute path arguments. Default true. */
  readonly mapArguments?: boolean;
}

export class LocalHost implements HostWriter {
  readonly hostId: string = 'local';
  readonly hostKey = { type: 'ssh-ed25519', fingerprint: 'SHA256:local' };
  readonly seenFrom = '192.0.2.10';
  readonly root: string;
  readonly names: string[] = [];
  /** Called before a script runs; an error it gives is the answer (a lost connection, for example). */
  before: ((request: ScriptRequest) => Result<void>) | undefined;
  /** Called after a script ran and before its answer is given. */
  after: ((request: ScriptRequest, output: ScriptOutput) => Result<void>) | undefined;
  readonly #shell: readonly string[];
  readonly #map: boolean;
  readonly #bin: string;
  readonly #base: string;

  constructor(options: LocalHostOptions = {}) {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'local-host-')));
    this.root = join(this.#base, 'root');
    this.#bin = join(this.#base, 'bin');
    this.#shell = options.shell ?? ['sh'];
    this.#map = options.mapArguments ?? true;
    mkdirSync(this.root);
    mkdirSync(this.#bin);
    for (const name of refused) {
      this.teach(name, `echo "not taught: ${name} $*" >&2; exit 97`);
    }
  }

  /** Stands in for a program; `$ROOT` is the host's folder, `$STATE` a folder for the program's own notes. */
  teach(name: string, body: string): void {
    const file = join(this.#bin, name);
    const state = join(this.#base, 'state');
    mkdirSync(state, { recursive: true });
    writeFileSync(file, `#!/bin/sh\nROOT='${this.root}'\nSTATE='${state}'\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** The real path of one on the host. */
  path(path: string): string {
    return this.#map ? join(this.root, path) : path;
  }

  place(path: string, content: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
    chmodSync(this.path(path), mode);
  }

  remove(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }

  async run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    this.names.push(request.name);
    if (signal?.aborted === true) {
      return fail(appError('CANCELLED', 'Cancelled.', 'Start again.'));
    }
    const early = this.before?.(request);
    if (early?.ok === false) {
      return early;
    }
    const args = (request.args ?? []).map((arg) =>
      this.#map && arg.startsWith('/') ? join(this.root, arg) : arg,
    );
    const [program, ...programArgs] = this.#shell;
    const output = await new Promise<ScriptOutput>((resolve, reject) => {
      const child = spawn(program ?? 'sh', [...programArgs, '-c', request.script, 'sh', ...args], {
        env: { PATH: `${this.#bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`, HOME: '/' },
        cwd: '/',
        timeout: request.deadlineSeconds * 1000,
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({
          exitCode: code ?? 137,
          stdout: this.#clean(Buffer.concat(out)),
          stderr: this.#clean(Buffer.concat(err)),
        });
      });
      child.stdin.on('error', () => undefined);
      const stdin = request.stdin;
      child.stdin.end(stdin === undefined ? '' : stdin instanceof Uint8Array ? stdin : stdin.reveal());
    });
    const late = this.after?.(request, output);
    return late?.ok === false ? late : succeed(output);
  }

  probe(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    return this.run(request, signal);
  }

  request(_request?: NodeRequest): Promise<Result<never>> {
    return Promise.resolve(fail(appError('COMMAND_FAILED', 'No node is here.', 'None.')));
  }

  exchange(_exchange?: RawExchange): Promise<Result<Uint8Array>> {
    return this.request();
  }

  cost() {
    return {
      connections: 1,
      execs: this.names.length,
      roundTrips: this.names.length,
      tunnels: 0,
      bytesIn: 0,
    };
  }

  /** The same host as a session that can be closed. */
  session(): HostSession {
    return {
      hostId: this.hostId,
      hostKey: this.hostKey,
      seenFrom: this.seenFrom,
      address: '192.0.2.1',
      port: 22,
      user: 'root',
      run: (request, signal) => this.run(request, signal),
      probe: (request, signal) => this.probe(request, signal),
      request: (request) => this.request(request),
      exchange: (exchange) => this.exchange(exchange),
      cost: () => this.cost(),
      close: () => Promise.resolve(),
    };
  }

  #clean(bytes: Buffer): Uint8Array {
    if (!this.#map || !bytes.includes(this.root)) {
      return new Uint8Array(bytes);
    }
    return new Uint8Array(Buffer.from(bytes.toString('latin1').replaceAll(this.root, ''), 'latin1'));
  }
}
