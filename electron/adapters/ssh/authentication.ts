/** Answers the server's question "how do you log in?" with the method that the operator chose, and with nothing else. */
import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type ParsedKey } from 'ssh2';
import type { AppError } from '../../../shared/domain/error.ts';
import type { Host } from '../../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Credentials } from './credentials.ts';
import { loadPrivateKey } from './private-key.ts';
import {
  agentUnusable,
  authenticationFailed,
  credentialMissing,
  keyFileUnusable,
  where,
} from './ssh-errors.ts';

export interface AuthenticationNeeds {
  readonly credentials: Credentials;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Socket (or named pipe) of the SSH agent; undefined when none runs. */
  readonly agentSocket: string | undefined;
}

export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** Why no further method could be tried, when that is known better than "not accepted". */
  reason(): AppError | undefined;
}

/** ssh2's type for a key wants text, while its code takes a parsed key as well. */
type KeyInput = Extract<AnyAuthMethod, { type: 'publickey' }>['key'];

/**
 * @param asking called around every question to the operator, so that deadlines can wait.
 */
export function authentication(
  host: Host,
  needs: AuthenticationNeeds,
  asking: <T>(question: () => Promise<T>) => Promise<T>,
): Authentication {
  const place = where(host.address, host.port);
  const tried = new Set<string>();
  let reason: AppError | undefined;

  function keyboard(single: string | undefined): AnyAuthMethod {
    return {
      type: 'keyboard-interactive',
      username: host.user,
      prompt(name, instructions, _language, prompts, finish) {
        if (single !== undefined && prompts.length === 1 && prompts[0]?.echo !== true)
          return finish([single]);
        const question = {
          hostId: host.id,
          name,
          instructions,
          prompts: prompts.map((one) => ({ text: one.prompt, echo: one.echo === true })),
        };
        asking(() => needs.credentials.respond(question))
          .then((answers) => {
            if (answers === undefined) reason = credentialMissing('answer', place);
            finish((answers ?? []).map((answer) => answer.reveal()));
          })
          .catch((cause: unknown) => {
            reason = authenticationFailed(host.user, place, String(cause));
            finish([]);
          });
      },
    };
  }

  async function password(): Promise<Result<string>> {
    const given = await asking(() => needs.credentials.password(host.id));
    return given === undefined ? fail(credentialMissing('password', place)) : succeed(given.reveal());
  }

  async function first(): Promise<Result<AnyAuthMethod>> {
    const username = host.user;
    switch (host.login.method) {
      case 'agent':
        return agentMethod(username, needs.agentSocket);
      case 'key-file': {
        const path = host.login.path;
        const bytes = await readKeyFile(path, needs.readFile);
        if (!bytes.ok) return bytes;
        const key = await loadPrivateKey(path, bytes.value, () =>
          asking(() => needs.credentials.passphrase(host.id)),
        );
        return key.ok ? succeed({ type: 'publickey', username, key: asKeyInput(key.value) }) : key;
      }
      case 'password': {
        const given = await password();
        return given.ok ? succeed({ type: 'password', username, password: given.value }) : given;
      }
      case 'keyboard-interactive':
        return succeed(keyboard(undefined));
    }
  }

  /** A second factor after a first one that was accepted, or a password that the server wants to be typed instead. */
  async function next(left: readonly string[], partial: boolean): Promise<Result<AnyAuthMethod> | undefined> {
    const wantsTyping = left.includes('keyboard-interactive') && !tried.has('keyboard-interactive');
    if (partial && wantsTyping) return succeed(keyboard(undefined));
    if (partial && left.includes('password') && !tried.has('password')) {
      const given = await password();
      return given.ok ? succeed({ type: 'password', username: host.user, password: given.value }) : given;
    }
    if (!partial && host.login.method === 'password' && wantsTyping && !left.includes('password')) {
      const given = await password();
      return given.ok ? succeed(keyboard(given.value)) : given;
    }
    return undefined;
  }

  const handler: AuthHandlerMiddleware = (left, partial, proceedWith) => {
    // ssh2 takes `false` for "no further method"; its types leave that out.
    const proceed = proceedWith as (method: AnyAuthMethod | false) => void;
    const step = tried.size === 0 ? first() : next(left ?? [], partial === true);
    step
      .then((method) => {
        if (method === undefined) return proceed(false);
        if (!method.ok) {
          reason = method.error;
          return proceed(false);
        }
        tried.add(method.value.type);
        return proceed(method.value);
      })
      .catch((cause: unknown) => {
        reason = authenticationFailed(host.user, place, String(cause));
        proceed(false);
      });
    return undefined;
  };
  return { handler, reason: () => reason };
}

function asKeyInput(key: ParsedKey): KeyInput {
  const input: unknown = key;
  return input as KeyInput;
}

async function readKeyFile(
  path: string,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<Result<Uint8Array>> {
  try {
    return succeed(await readFile(path));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return fail(keyFileUnusable(path, 'it does not exist'));
    if (code === 'EACCES') return fail(keyFileUnusable(path, 'it may not be read'));
    return fail(keyFileUnusable(path, 'it cannot be read'));
  }
}

/** Asks the agent for its keys first, so that "no agent" and "no key" are told apart from "not accepted". */
async function agentMethod(username: string, socket: string | undefined): Promise<Result<AnyAuthMethod>> {
  if (socket === undefined || socket === '')
    return fail(agentUnusable('none is running (SSH_AUTH_SOCK is not set)'));
  const agent = ssh2.createAgent(socket);
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      if (error) resolve(fail(agentUnusable('it does not answer')));
      else if (keys === undefined || keys.length === 0) resolve(fail(agentUnusable('it holds no key')));
      else resolve(succeed({ type: 'agent', username, agent }));
    });
  });
}
