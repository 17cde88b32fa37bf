/** Finds clear-text secrets in the files around a node and names them. The values never leave these functions. */
import { isSecretName } from './redact.ts';
import { secureNameOf } from './secure-settings.ts';
import { readYamlSettings } from './yaml-settings.ts';

export interface FoundSecret {
  /** From 1. */
  readonly line: number;
  readonly name: string;
  /** Keystore setting that can hold it instead. */
  readonly keystoreName: string | undefined;
  readonly comment: boolean;
}

/** A reference to a variable is not a secret in clear text; a reference with a default is. */
const reference = /^["']?\$(?:\{[^}:]+\}|[A-Za-z_]\w*)["']?$/;

function isClear(value: string): boolean {
  return value !== '' && !reference.test(value) && !/^(?:true|false|null|~|\[\]|\{\}|""|'')$/.test(value);
}

/** Settings and remarks of a settings file. A file that is not valid YAML is read line by line. */
export function secretsInYaml(text: string): readonly FoundSecret[] {
  const read = readYamlSettings(text);
  const settings = read.ok
    ? read.settings
        .filter((setting) => setting.secretLike && setting.values.some(isClear))
        .map((setting) => ({
          line: setting.line,
          name: setting.key,
          keystoreName: secureNameOf(setting.key),
          comment: false,
        }))
    : secretsInAssignments(text).filter((found) => !found.comment);
  return [...settings, ...secretsInComments(text)].sort((a, b) => a.line - b.line);
}

/** `# name: value` with a single word as its value, as a setting is commented out. Prose does not look like that. */
function secretsInComments(text: string): readonly FoundSecret[] {
  return text.split('\n').flatMap((line, index): FoundSecret[] => {
    const match = /^\s*[#;]+\s*(?:export\s+)?(?:-[DE])?([A-Za-z_][\w.-]*)\s*[:=]\s*(\S+)\s*$/.exec(line);
    const [, name = '', value = ''] = match ?? [];
    if (!match || !isSecretName(name) || !isClear(value) || /^<.*>$/.test(value)) return [];
    return [{ line: index + 1, name, keystoreName: undefined, comment: true }];
  });
}

/** JVM options, environment files, unit files and arguments: every `NAME=value`, `-Dname=value` and `name: value`. */
export function secretsInAssignments(text: string): readonly FoundSecret[] {
  const found = text.split('\n').flatMap((line, index): FoundSecret[] => {
    if (/^\s*[#;]/.test(line)) return [];
    return [...line.matchAll(/(?<![\w.-])(-*)([A-Za-z_][\w.-]*)["']?\s*[=:]\s*("[^"]*"|'[^']*'|[^\s"',;]+)/g)]
      .flatMap((match) => nested(propertyName(match[1] ?? '', match[2] ?? ''), match[3] ?? ''))
      .map((name) => ({ line: index + 1, name, keystoreName: undefined, comment: false }));
  });
  return [...found, ...secretsInComments(text)].sort((a, b) => a.line - b.line);
}

/** `-Dname` and `-Ename` set `name`. */
function propertyName(dashes: string, word: string): string {
  return dashes === '-' && /^[DE][A-Za-z_]/.test(word) ? word.slice(1) : word;
}

/** `ES_JAVA_OPTS="-Da.password=x"`: the assignment inside the value counts, the outer name does not. */
function nested(name: string, value: string): readonly string[] {
  const inner = value.replace(/^["']|["']$/g, '');
  const names = [...inner.matchAll(/(?:^|\s)(?:-[DE])?([A-Za-z_][\w.-]*)=(\S+)/g)]
    .filter((match) => isSecretName(match[1] ?? '') && isClear(match[2] ?? ''))
    .map((match) => match[1] ?? '');
  if (names.length > 0) return names;
  return isSecretName(name) && isClear(inner) ? [name] : [];
}
