/** The account files as lines: one account's or group's line is changed or put back, every other byte stays. Pure. */

export interface AccountLines {
  readonly passwd?: string;
  readonly shadow?: string;
  /** Groups that have the account as a listed member, and the group of its own name. */
  readonly group: Readonly<Record<string, string>>;
  readonly gshadow: Readonly<Record<string, string>>;
}

/** The line of a name (first field), without its newline. */
export function lineOf(text: string, name: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith(`${name}:`));
}

/** Replaces the line of a name; `undefined` removes it. A name that is not there is put at the end. */
export function withLine(text: string, name: string, line: string | undefined): string {
  const lines = text.split('\n');
  const at = lines.findIndex((one) => one.startsWith(`${name}:`));
  if (at >= 0) {
    return (line === undefined ? lines.toSpliced(at, 1) : lines.with(at, line)).join('\n');
  }
  if (line === undefined) {
    return text;
  }
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}

function field(line: string, index: number): string {
  return line.split(':')[index] ?? '';
}

function withField(line: string, index: number, value: string): string {
  return line.split(':').with(index, value).join(':');
}

export function shellOf(passwdLine: string): string {
  return field(passwdLine, 6);
}

export function withShell(passwdLine: string, shell: string): string {
  return withField(passwdLine, 6, shell);
}

/** `!` and `*` at the front can match no password. */
export function isLocked(shadowLine: string): boolean {
  return /^[!*]/.test(field(shadowLine, 1));
}

export function withLock(shadowLine: string): string {
  return isLocked(shadowLine) ? shadowLine : withField(shadowLine, 1, `!${field(shadowLine, 1)}`);
}

function members(line: string): readonly string[] {
  return field(line, 3)
    .split(',')
    .filter((name) => name !== '');
}

export function isMember(groupLine: string, user: string): boolean {
  return members(groupLine).includes(user);
}

/** Works for group and gshadow alike: members are the fourth field; gshadow's administrators (third) too. */
export function withoutMember(line: string, user: string): string {
  return withField(
    line,
    3,
    members(line)
      .filter((name) => name !== user)
      .join(','),
  );
}
