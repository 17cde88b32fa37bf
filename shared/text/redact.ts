/**
 * Takes secrets out of text before it becomes evidence, a diff or a log line. It removes too much rather than too little:
 * values after secret-like names, HTTP credentials, keys in PEM form, and values that are known to be secret.
 */
export const redacted = '[secret]';

const secretWords =
  'pass(?:word|wd|phrase)?|secret|token|credential|api[_-]?key|private[_-]?key|encryption[_-]?key|shared[_-]?key|access[_-]?key|seed|sas';
const secretName = new RegExp(
  `(?:^|[._\\-\\s])(?:[a-z0-9]*_)?(?:${secretWords})s?(?:$|[._\\-])|(?:password|passwd|passphrase|secret|token|credentials?)$|apikey$|_key$`,
  'i',
);
/** Names that look secret and are not: places, switches, numbers and times. */
const harmlessName =
  /(?:\.(?:path|type|enabled|timeout|algorithm|length|file|cache\.[a-z_.]+|interval|retention_period|max_[a-z_]+)|password_hashing[a-z._]*|secure_settings|token\.enabled|key_?size|_file|_path)$/i;

/** Whether a setting or variable of this name holds a secret. Case does not matter; `FOO_PASSWORD` and `a.b.password` alike. */
export function isSecretName(name: string): boolean {
  if (harmlessName.test(name)) return false;
  return secretName.test(name);
}

const pem = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
const httpCredential = /\b(Basic|Bearer|ApiKey)\s+[A-Za-z0-9+/_.~=-]{6,}/g;
const urlCredential = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi;
const shadowHash = /\$(?:1|2[abxy]?|5|6|7|y|gy)\$[^\s:,'"]+/g;
const assignment =
  /^(\s*[#;]*\s*(?:-\s+)?(?:export\s+)?["']?(?:-[DE])?)([A-Za-z_][A-Za-z0-9_.-]*)(["']?\s*[:=]\s*)(\S.*)$/;
const inlineName = /(?<![A-Za-z0-9_.])(-[DE])?([A-Za-z_][A-Za-z0-9_.-]*)(["']?\s*[=:]\s*)(?=\S)/g;
const inlineValue = /"[^"]*"|'[^']*'|[^\s"',;]+/y;

/**
 * @param known values that must not appear, whatever stands around them (shorter than 4 characters are ignored: they would
 *   blacken ordinary words)
 */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text
    .replace(pem, redacted)
    .replace(httpCredential, `$1 ${redacted}`)
    .replace(urlCredential, `$1${redacted}@`);
  result = result.replace(shadowHash, redacted);
  result = result
    .split('\n')
    .map((line) => redactLine(line))
    .join('\n');
  for (const value of [...known].sort((a, b) => b.length - a.length)) {
    if (value.length >= 4) result = result.replaceAll(value, redacted);
  }
  return result;
}

function redactLine(line: string): string {
  const whole = assignment.exec(line);
  if (whole) {
    const [, lead = '', name = '', sign = '', value = ''] = whole;
    if (isSecretName(name) && value !== '{') return `${lead}${name}${sign}${redacted}`;
  }
  return redactInline(line);
}

/** Several assignments may share a line, one inside the other's value: `Environment=OPTS=-Dmy.secret=…`. */
function redactInline(line: string): string {
  let result = '';
  let kept = 0;
  for (const match of line.matchAll(inlineName)) {
    if (match.index < kept || !isSecretName(match[2] ?? '')) continue;
    const start = match.index + match[0].length;
    inlineValue.lastIndex = start;
    const value = inlineValue.exec(line)?.[0];
    if (value === undefined) continue;
    result += line.slice(kept, start) + redacted;
    kept = start + value.length;
  }
  return result + line.slice(kept);
}
