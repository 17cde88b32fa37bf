/** Lines of passwd, group and shadow. */
export interface PasswdLine {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export function parsePasswd(text: string): readonly PasswdLine[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (!name || uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid))
      return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home: home ?? '', shell: shell ?? '' }];
  });
}

export interface GroupLine {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export function parseGroups(text: string): readonly GroupLine[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gid, members] = line.split(':');
    if (!name || gid === undefined || !/^\d+$/.test(gid)) return [];
    return [{ name, gid: Number(gid), members: (members ?? '').split(',').filter((one) => one !== '') }];
  });
}

/** An empty shell field means `/bin/sh`, so it is a login shell. */
export function isLoginShell(shell: string): boolean {
  return !/(?:^|\/)(?:nologin|false|true|sync|halt|shutdown)$/.test(shell);
}
