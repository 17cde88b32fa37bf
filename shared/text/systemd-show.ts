/** Output of `systemctl show`: one `Name=value` per line, lists of assignments in the shell's quoting. */
export function parseSystemdShow(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split('\n')) {
    const sign = line.indexOf('=');
    if (sign <= 0 || !/^[A-Za-z]+$/.test(line.slice(0, sign))) continue;
    const name = line.slice(0, sign);
    const before = properties.get(name);
    const value = line.slice(sign + 1);
    properties.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return properties;
}

/** The value of `Environment`, e.g. `A=1 "B=two words"`. */
export function parseSystemdEnvironment(text: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const match of text.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)) {
    const word = match[2] ?? (match[1] ?? '').replaceAll(/\\(.)/g, '$1');
    const sign = word.indexOf('=');
    if (sign > 0) result.set(word.slice(0, sign), word.slice(sign + 1));
  }
  return result;
}
