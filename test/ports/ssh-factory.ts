/** A session factory with answers for a test, on the real adapter. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKnownHosts } from '../../electron/adapters/ssh/known-hosts.ts';
import {
  createSessionFactory,
  type SessionFactoryOptions,
} from '../../electron/adapters/ssh/session-factory.ts';
import type { AppError } from '../../shared/domain/error.ts';
import type { Host, HostKey } from '../../shared/domain/host.ts';
import type { Result } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { HostSession, SessionFactory } from '../../shared/engine/ports.ts';

export interface Answers {
  readonly password?: string;
  readonly passphrase?: string;
  readonly sudoPassword?: string | (() => string | undefined);
  readonly typed?: readonly string[];
}

export interface TestFactory {
  readonly factory: SessionFactory;
  /** Host keys that were shown, and credentials that were asked for, in order. */
  readonly asked: string[];
  open(): Promise<Result<HostSession>>;
  /** The session, or an exception with the error's words. */
  session(): Promise<HostSession>;
  /** The error code that opening ends in; `ok` when it does not. */
  code(): Promise<AppError['code'] | 'ok'>;
}

const secret = (text: string | undefined) =>
  Promise.resolve(text === undefined ? undefined : new Secret(text));

export function testFactory(
  host: Partial<Host> & Pick<Host, 'address' | 'port' | 'user'>,
  knownHosts: string,
  answers: Answers = {},
  more: Partial<SessionFactoryOptions> & {
    readonly verdict?: 'trust' | 'refuse';
    readonly hashed?: boolean;
  } = {},
): TestFactory {
  const asked: string[] = [];
  const whole: Host = {
    id: 'host-a',
    name: 'Host A',
    roles: ['elasticsearch'],
    login: { method: 'password' },
    sudo: 'none',
    ...host,
  };
  const note = <T>(what: string, answer: Promise<T>): Promise<T> => {
    asked.push(what);
    return answer;
  };
  const factory = createSessionFactory({
    hosts: () => whole,
    knownHosts: createKnownHosts({ own: knownHosts, hashed: more.hashed ?? false }),
    askHostKey: (_host, key: HostKey) =>
      note(`key ${key.type} ${key.fingerprint}`, Promise.resolve(more.verdict ?? 'refuse')),
    credentials: {
      password: () => note('password', secret(answers.password)),
      passphrase: () => note('passphrase', secret(answers.passphrase)),
      sudoPassword: () => {
        const given = answers.sudoPassword;
        return note('sudo', secret(typeof given === 'function' ? given() : given));
      },
      respond: () => note('typed', Promise.resolve(answers.typed?.map((one) => new Secret(one)))),
    },
    readFile: (path) => readFile(path),
    log: { write: () => undefined },
    ...more,
  });
  const open = () => factory.open(whole.id);
  return {
    factory,
    asked,
    open,
    async session() {
      const opened = await open();
      if (!opened.ok)
        throw new Error(`${opened.error.code}: ${opened.error.message} ${opened.error.detail ?? ''}`);
      return opened.value;
    },
    async code() {
      const opened = await open();
      if (!opened.ok) return opened.error.code;
      await opened.value.close();
      return 'ok';
    },
  };
}

/** Login by the key that the test server accepts. */
export function keyLogin(folder: string, name = 'id_ed25519'): Host['login'] {
  return { method: 'key-file', path: join(folder, name) };
}
