/** Which lines of sudoers give an account something. Aliases are followed; what is not understood counts as naming it. */
export interface SudoersLine {
  readonly file: string;
  /** From 1; of the first line where a rule is continued with a backslash. */
  readonly line: number;
  readonly text: string;
}

export interface SudoersRule extends SudoersLine {
  /** Names of users, `%groups`, `#uids` and `ALL` before the host, aliases resolved. */
  readonly subjects: readonly string[];
}

/** @param lines in file order, as read; sudo ignores files in an included directory whose name holds a dot or ends in `~` */
export function parseSudoers(lines: readonly SudoersLine[]): readonly SudoersRule[] {
  const whole = joinContinued(lines).filter(
    (one) => one.text !== '' && !/^#(?!\d)/.test(one.text) && !one.text.startsWith('@'),
  );
  const aliases = new Map<string, readonly string[]>();
  for (const { text } of whole) {
    const match = /^User_Alias\s+(.*)$/.exec(text);
    for (const part of (match?.[1] ?? '').split(/\s*:\s*(?=[A-Z][A-Z0-9_]*\s*=)/)) {
      const [name, members] = part.split('=', 2);
      if (name && members !== undefined) aliases.set(name.trim(), splitList(members));
    }
  }
  const resolve = (subject: string, depth: number): readonly string[] => {
    const members = depth > 8 ? undefined : aliases.get(subject);
    return members ? members.flatMap((member) => resolve(member, depth + 1)) : [subject];
  };
  return whole.flatMap((one) => {
    if (/^(?:Defaults|User_Alias|Runas_Alias|Host_Alias|Cmnd_Alias|Cmd_Alias)\b/.test(one.text)) return [];
    const left = /^((?:\\.|"[^"]*"|[^\s=,\\"]+)(?:\s*,\s*(?:\\.|"[^"]*"|[^\s=,\\"]+))*)\s+[^=]+=/.exec(
      one.text,
    )?.[1];
    const subjects = left === undefined ? [] : splitList(left).flatMap((subject) => resolve(subject, 0));
    return [{ ...one, subjects }];
  });
}

/** Whether a rule names the account itself, its uid, one of its groups, or everybody. */
export function ruleNames(
  rule: SudoersRule,
  account: { readonly name: string; readonly uid: number; readonly groups: readonly string[] },
): boolean {
  return rule.subjects.some(
    (subject) =>
      subject === account.name ||
      subject === `#${account.uid}` ||
      subject === 'ALL' ||
      account.groups.some((group) => subject === `%${group}`),
  );
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim().replaceAll(/^"|"$|\\/g, ''))
    .filter((part) => part !== '');
}

function joinContinued(lines: readonly SudoersLine[]): readonly SudoersLine[] {
  const joined: SudoersLine[] = [];
  let open: SudoersLine | undefined;
  for (const line of lines) {
    const continued: boolean = open?.file === line.file;
    const text = continued && open ? `${open.text} ${line.text.trim()}` : line.text.trim();
    const start: SudoersLine = continued && open ? open : line;
    if (text.endsWith('\\') && !/^#(?!\d)/.test(text)) open = { ...start, text: text.slice(0, -1).trimEnd() };
    else {
      joined.push({ ...start, text });
      open = undefined;
    }
  }
  if (open) joined.push(open);
  return joined;
}
