/**
 * Which file sets a kernel parameter at boot, by the rules of sysctl.d(5): files sorted by name whatever their folder, the
 * first folder wins for equal names, the later file wins for equal keys, an explicit key wins over a pattern.
 */

export interface SettingsFile {
  readonly path: string;
  readonly text: string;
}

export interface BootSetting {
  readonly value: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** `a.b/c` and `a/b.c` name the same: the first separator decides which of the two separates (sysctl.d(5)). */
export function procPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === '/' ? key : key.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.'));
}

/** Values as they compare: runs of blanks are one space. */
export function plainValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

interface Line {
  readonly pattern: string;
  readonly value: string | undefined;
  readonly path: string;
  readonly line: number;
}

function linesOf(file: SettingsFile): readonly Line[] {
  return file.text.split('\n').flatMap((raw, index): readonly Line[] => {
    const text = raw.trim();
    if (text === '' || text.startsWith('#') || text.startsWith(';')) {
      return [];
    }
    const cut = text.indexOf('=');
    const name = (cut < 0 ? text : text.slice(0, cut)).trim().replace(/^-/, '');
    const at = { path: file.path, line: index + 1 };
    if (cut < 0) {
      // Without a value only an exclusion from patterns means something.
      return text.startsWith('-') ? [{ ...at, pattern: procPath(name), value: undefined }] : [];
    }
    return [{ ...at, pattern: procPath(name), value: plainValue(text.slice(cut + 1)) }];
  });
}

/** Shell patterns without brackets match here; one with brackets is taken to match, so that it is never overlooked. */
function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const names = path.split('/');
  return (
    parts.length === names.length &&
    parts.every((part, index) => {
      const name = names[index] ?? '';
      return part.includes('[') || wildcard(part, name);
    })
  );
}

/** `*` and `?` in time that is proportional to both lengths multiplied. */
function wildcard(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < name.length; ) {
    const mark = pattern[at];
    if (mark === '*') {
      star = at;
      at += 1;
      resume = index;
    } else if (mark === '?' || mark === name[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      index = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Files in the order in which they are read. `files` come folder by folder, the most important folder first.
 * `last` is read after all of them: /etc/sysctl.conf where systemd does not do this work.
 */
export function readingOrder(
  files: readonly SettingsFile[],
  last: readonly SettingsFile[],
): readonly SettingsFile[] {
  const byName = new Map<string, SettingsFile>();
  for (const file of files) {
    const name = baseName(file.path);
    if (!byName.has(name)) {
      byName.set(name, file);
    }
  }
  const sorted = [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, file]) => file);
  return [...sorted, ...last];
}

/** What a parameter is set to at boot, and where; undefined where no file sets it. */
export function atBoot(ordered: readonly SettingsFile[], key: string): BootSetting | undefined {
  const path = procPath(key);
  const all = ordered.flatMap(linesOf);
  const isPattern = (line: Line) => /[*?[]/.test(line.pattern);
  const found =
    all.findLast((line) => line.value !== undefined && line.pattern === path) ??
    (all.some((line) => line.value === undefined && matches(line.pattern, path))
      ? undefined
      : all.findLast((line) => line.value !== undefined && isPattern(line) && matches(line.pattern, path)));
  return found?.value === undefined ? undefined : { value: found.value, path: found.path, line: found.line };
}

const heading =
  '# Written by Bulwark: kernel parameters. Read after every file whose name sorts before it.\n';

/** The text of Bulwark's own file with these settings; lines for other keys stay as they are. */
export function withSettings(
  text: string | undefined,
  settings: readonly { readonly key: string; readonly value: string }[],
): string {
  const wanted = new Map(settings.map(({ key, value }) => [procPath(key), `${key} = ${value}`]));
  const whole = text === undefined ? heading : text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const kept = whole.split('\n').filter((raw) => {
    const [line] = linesOf({ path: '', text: raw });
    return line === undefined || !wanted.has(line.pattern);
  });
  return `${kept.join('\n')}${[...wanted.values()].join('\n')}\n`;
}
