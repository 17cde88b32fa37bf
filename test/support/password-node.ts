/** A host whose node checks passwords and sets them for `elastic`; several of them with one list are one cluster. */
import { appError } from '../../shared/domain/error.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { NodeHost } from './node-host.ts';

export class PasswordNode extends NodeHost {
  override readonly hostId: string;
  /** Answers 401 to everybody, as a node does that lost its cluster. */
  deaf = false;

  constructor(hostId: string, passwords: Record<string, string>) {
    super();
    this.hostId = hostId;
    this.answer = (request) => {
      const answer = (status: number, body: unknown) =>
        succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) });
      const { credential, body } = request;
      if (request.tls !== false)
        return fail(appError('COMMAND_FAILED', 'No TLS here.', 'None.', { hostState: 'unchanged' }));
      const known =
        credential?.type === 'basic' && passwords[credential.user] === credential.password.reveal();
      if (!known || this.deaf) return answer(401, {});
      const user = /^\/_security\/user\/([a-z_]+)\/_password$/.exec(request.path)?.[1];
      if (request.method !== 'POST' || user === undefined) return answer(200, { username: credential.user });
      if (credential.user !== 'elastic') return answer(403, {});
      const told = JSON.parse(typeof body === 'string' ? body : (body?.reveal() ?? '{}')) as {
        password: string;
      };
      passwords[user] = told.password;
      return answer(200, {});
    };
  }
}
