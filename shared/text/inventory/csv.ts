/** Rows of a CSV file (RFC 4180) with a line of headings; commas, semicolons or tabs, whichever the headings use. */
import { type Inventory, type InventoryEntry, limits, quoted, tooLarge } from './groups.ts';

/** Fields of every row, or the number of the line on which a quote is not closed. */
export function csvRows(text: string, separator: string): readonly (readonly string[])[] | number {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let line = 1;
  let opened = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === '\n') line += 1;
    if (opened > 0) {
      if (letter !== '"') field += letter;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else opened = 0;
    } else if (letter === '"' && field === '') opened = line;
    else if (letter === separator) {
      row.push(field);
      field = '';
    } else if (letter === '\n' || (letter === '\r' && text.charAt(at + 1) === '\n')) {
      if (letter === '\r') continue;
      rows.push([...row, field]);
      row = [];
      field = '';
    } else field += letter;
  }
  if (opened > 0) return opened;
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows;
}

/** Headings that mean the same. */
const headings: Readonly<Record<string, string>> = {
  name: 'name',
  hostname: 'name',
  address: 'ansible_host',
  host: 'ansible_host',
  ip: 'ansible_host',
  port: 'ansible_port',
  user: 'ansible_user',
  login: 'ansible_user',
  key: 'ansible_ssh_private_key_file',
  key_file: 'ansible_ssh_private_key_file',
  'key file': 'ansible_ssh_private_key_file',
  role: 'roles',
  roles: 'roles',
  sudo: 'sudo',
};

function meaningOf(heading: string): string | undefined {
  const known = heading.trim().toLowerCase();
  return Object.hasOwn(headings, known) ? headings[known] : undefined;
}

/** Needs a heading `name` or `address`; the others are `port`, `user`, `key file`, `roles` and `sudo`. */
export function readCsv(text: string): Inventory {
  const refusal = tooLarge(text);
  if (refusal !== undefined) return { entries: [], ignored: [refusal] };
  const body = text.replace(/^\uFEFF/, '');
  const [first = ''] = body.split(/\r?\n/, 1);
  const separator = [',', ';', '\t'].find((one) => first.includes(one)) ?? ',';
  const rows = csvRows(body, separator);
  if (typeof rows === 'number')
    return { entries: [], ignored: [`A quote that opens on line ${rows} is not closed.`] };
  const columns = (rows[0] ?? []).map(meaningOf);
  if (!columns.includes('name') && !columns.includes('ansible_host'))
    return {
      entries: [],
      ignored: ['The first line must name the columns, among them “name” or “address”.'],
    };
  const ignored = (rows[0] ?? [])
    .filter((_heading, index) => columns[index] === undefined)
    .slice(0, 20)
    .map((heading) => `Column ${quoted(heading)} is not read.`);
  const entries: InventoryEntry[] = [];
  for (const [index, row] of rows.slice(1).entries()) {
    if (row.every((field) => field.trim() === '')) continue;
    if (row.length !== columns.length) {
      if (ignored.length < limits.ignored)
        ignored.push(`Row ${index + 2} has ${row.length} fields instead of ${columns.length}.`);
      continue;
    }
    if (entries.length >= limits.hosts) {
      ignored.push(`Only the first ${limits.hosts} hosts are read.`);
      break;
    }
    const values = new Map(
      row.flatMap((field, column): (readonly [string, string])[] => {
        const meaning = columns[column];
        return meaning === undefined || field.trim() === '' ? [] : [[meaning, field.trim()]];
      }),
    );
    const name = values.get('name') ?? values.get('ansible_host') ?? '';
    entries.push({ name, values, groups: [] });
  }
  return { entries, ignored };
}
