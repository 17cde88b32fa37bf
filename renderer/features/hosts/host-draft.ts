/** The form of a host as text, and what it becomes. */
import type { z } from 'zod';
import { hostDraftSchema } from '../../../shared/contract/api.ts';
import type { Host } from '../../../shared/domain/host.ts';

export type HostDraft = z.infer<typeof hostDraftSchema>;

export interface HostFields {
  readonly name: string;
  readonly address: string;
  readonly port: string;
  readonly user: string;
  readonly roles: Host['roles'];
  readonly method: Host['login']['method'];
  readonly keyFile: string;
  readonly sudo: Host['sudo'];
}

export type FieldProblems = Readonly<
  Partial<Record<'name' | 'address' | 'port' | 'user' | 'keyFile', string>>
>;

export const emptyFields: HostFields = {
  name: '',
  address: '',
  port: '22',
  user: '',
  roles: ['elasticsearch'],
  method: 'agent',
  keyFile: '',
  sudo: 'passwordless',
};

export function fieldsOf(host: HostDraft): HostFields {
  return {
    name: host.name,
    address: host.address,
    port: String(host.port),
    user: host.user,
    roles: host.roles,
    method: host.login.method,
    keyFile: host.login.method === 'key-file' ? host.login.path : '',
    sudo: host.sudo,
  };
}

/** What keeps a field from being taken; one sentence each. */
export function fieldProblems(fields: HostFields): FieldProblems {
  const port = Number(fields.port);
  return {
    ...(fields.name.trim() === '' ? { name: 'Give the host a name.' } : {}),
    ...(fields.address.trim() === ''
      ? { address: 'Enter a DNS name or an IP address.' }
      : /[\s@/]/.test(fields.address.trim())
        ? { address: 'Only the name or address, without user, port or path.' }
        : {}),
    ...(Number.isInteger(port) && port >= 1 && port <= 65535
      ? {}
      : { port: 'A port is a number from 1 to 65535.' }),
    ...(fields.user.trim() === '' ? { user: 'Enter the user that Bulwark logs in as.' } : {}),
    ...(fields.method === 'key-file' && fields.keyFile.trim() === ''
      ? { keyFile: 'Enter the path of the key file, or choose it.' }
      : {}),
  };
}

/** The draft, once no field has a problem. */
export function draftOf(fields: HostFields): HostDraft | undefined {
  const parsed = hostDraftSchema.safeParse({
    name: fields.name.trim(),
    address: fields.address.trim(),
    port: Number(fields.port),
    user: fields.user.trim(),
    roles: fields.roles,
    login:
      fields.method === 'key-file'
        ? { method: 'key-file', path: fields.keyFile.trim() }
        : { method: fields.method },
    sudo: fields.sudo,
  });
  return parsed.success ? parsed.data : undefined;
}
