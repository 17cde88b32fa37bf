/**
 * Host drafts from an inventory that somebody else wrote (CSV, Ansible INI or YAML). Every value is checked as strictly as one that
 * is typed; what does not fit is left out with the reason. Passwords in it are neither kept nor shown.
 */
import { extname } from 'node:path';
import { type Host, hostSchema } from '../../shared/domain/host.ts';
import { readAnsibleIni } from '../../shared/text/inventory/ansible-ini.ts';
import { readAnsibleYaml } from '../../shared/text/inventory/ansible-yaml.ts';
import { readCsv } from '../../shared/text/inventory/csv.ts';
import {
  type Inventory,
  type InventoryEntry,
  looksLikeVariable,
  quoted,
  quotedName,
} from '../../shared/text/inventory/groups.ts';
import { expandHome, type HostDraft } from './ssh-config.ts';

const draftSchema = hostSchema.omit({ id: true });

function read(text: string, fileName: string): Inventory {
  const extension = extname(fileName).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') return readCsv(text);
  if (extension === '.yml' || extension === '.yaml') return readAnsibleYaml(text);
  if (extension === '.json') return { entries: [], ignored: ['Inventories in JSON are not read.'] };
  return readAnsibleIni(text);
}

/** A name or address as DNS and IP know them: never something that could be taken for an option or a path. */
const place = /^(?!-)[A-Za-z0-9_.:-]{1,253}$/;
const userName = /^(?!-)[A-Za-z0-9_.@-]{1,64}$/;

const roleWords: readonly (readonly [RegExp, Host['roles'][number]])[] = [
  [/elastic|^es([-_]|$)|[-_]es$/, 'elasticsearch'],
  [/kibana/, 'kibana'],
  [/logstash/, 'logstash'],
  [/beats?$/, 'beats'],
  [/^ece([-_]|$)/, 'ece'],
];

/** From the groups of Ansible or the column of a CSV; Elasticsearch where neither says anything. */
function rolesOf({ values, groups }: InventoryEntry): Host['roles'] {
  const words = [...groups, ...(values.get('roles') ?? '').split(/[\s,;|/]+/)].map((word) =>
    word.toLowerCase(),
  );
  const roles = roleWords.filter(([fits]) => words.some((word) => fits.test(word))).map(([, role]) => role);
  return roles.length === 0 ? ['elasticsearch'] : roles;
}

function sudoOf(values: ReadonlyMap<string, string>, user: string): Host['sudo'] | undefined {
  const said = values.get('sudo')?.toLowerCase();
  switch (said) {
    case undefined:
      if (user === 'root') return 'none';
      return [...values.keys()].some((key) => /^ansible_(become|sudo)_pass(word)?$/.test(key))
        ? 'password'
        : 'passwordless';
    case 'none':
    case 'passwordless':
    case 'password':
      return said;
    case 'without password':
      return 'passwordless';
    case 'with password':
      return 'password';
    default:
      return undefined;
  }
}

/** The draft, or why there is none. */
function draftOf(entry: InventoryEntry, defaultUser: string): HostDraft | string {
  const { name, values } = entry;
  const named = place.test(name) && !looksLikeVariable(name);
  const shown = named ? quoted(name) : quotedName(name);
  const value = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => values.get(key)).find((found) => found !== undefined && found !== '');
  const connection = value('ansible_connection') ?? 'ssh';
  if (!['ssh', 'smart', 'paramiko', 'openssh'].includes(connection))
    return `${shown}: it is not reached by SSH, but by ${quoted(connection)}.`;
  const address = value('ansible_host', 'ansible_ssh_host') ?? name;
  const user = value('ansible_user', 'ansible_ssh_user') ?? defaultUser;
  const port = value('ansible_port', 'ansible_ssh_port') ?? '22';
  const key = value('ansible_ssh_private_key_file', 'ansible_private_key_file');
  for (const [what, found] of [
    ['address', address],
    ['user', user],
    ['port', port],
    ['key file', key ?? ''],
  ] as const)
    if (found.includes('{{')) return `${shown}: its ${what} is a template, which only Ansible can fill in.`;
  const options = ['ansible_ssh_common_args', 'ansible_ssh_extra_args'].map((one) => values.get(one) ?? '');
  if (options.some((one) => /ProxyJump|ProxyCommand|(^|\s)-J/.test(one)))
    return `${shown}: it is reached through another host, which this version cannot do.`;
  if (!named) return `${shown}: this is no name for a host.`;
  if (!place.test(address) || looksLikeVariable(address)) return `${shown}: its address is none.`;
  if (!userName.test(user)) return `${shown}: its user is no name of one.`;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) return `${shown}: its port is none (1 to 65535).`;
  if (key !== undefined && /[\p{Cc}\p{Cf}]/u.test(key))
    return `${shown}: the path of its key file is not plain text.`;
  const sudo = sudoOf(values, user);
  if (sudo === undefined) return `${shown}: its sudo says neither none, passwordless nor password.`;
  const withPassword = value('ansible_password', 'ansible_ssh_pass') !== undefined;
  const draft = draftSchema.safeParse({
    name,
    address,
    port: number,
    user,
    roles: rolesOf(entry),
    login:
      key !== undefined
        ? { method: 'key-file', path: expandHome(key) }
        : { method: withPassword ? 'password' : 'agent' },
    sudo,
  });
  return draft.success ? draft.data : `${shown}: it is not a host that Bulwark can use.`;
}

/** @param fileName tells the form by its ending: `.csv` and `.tsv`, `.yml` and `.yaml`, everything else is Ansible's INI. */
export function draftsFromInventory(
  text: string,
  fileName: string,
  defaultUser: string,
): { drafts: HostDraft[]; ignored: string[] } {
  const { entries, ignored } = read(text, fileName);
  const drafts: HostDraft[] = [];
  const left: string[] = [...ignored];
  const names = new Set<string>();
  for (const entry of entries) {
    const draft = draftOf(entry, defaultUser);
    if (typeof draft === 'string') left.push(draft);
    else if (names.has(draft.name)) left.push(`${quoted(draft.name)}: it is in the file more than once.`);
    else {
      names.add(draft.name);
      drafts.push(draft);
    }
  }
  if (entries.some(({ values }) => [...values.keys()].some((key) => /pass(word)?$/.test(key))))
    left.push('Passwords in the file are not taken over: Bulwark asks for them when it connects.');
  if (drafts.length === 0 && left.length === 0) left.push('No host stands in this file.');
  return { drafts, ignored: left };
}
