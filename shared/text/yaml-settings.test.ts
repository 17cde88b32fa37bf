import { describe, expect, it } from 'vitest';
import { isOn, readYamlSettings, redactSettings, settingValue } from './yaml-settings.ts';

function read(text: string) {
  const result = readYamlSettings(text);
  if (!result.ok) throw new Error(result.message);
  return result;
}

describe('readYamlSettings', () => {
  it('reads nested, flat and mixed spelling as one name', () => {
    const { settings } = read(
      'cluster.name: lab\nxpack:\n  security:\n    enabled: true\n    http.ssl:\n      enabled: false\nxpack.security.transport:\n  ssl.enabled: yes\n',
    );
    expect(settings.map((one) => [one.key, one.values.join(), one.line])).toEqual([
      ['cluster.name', 'lab', 1],
      ['xpack.security.enabled', 'true', 4],
      ['xpack.security.http.ssl.enabled', 'false', 6],
      ['xpack.security.transport.ssl.enabled', 'yes', 8],
    ]);
  });

  it.each(['path.data: [/a, /b]\n', 'path:\n  data:\n    - /a\n    - "/b"\n', 'path.data:\n- /a\n- /b\n'])(
    'reads a list however it is written: %s',
    (text) => expect(read(text).settings[0]?.values).toEqual(['/a', '/b']),
  );

  it('keeps values as they are written', () => {
    const { settings } = read('a: 0644\nb: yes\nc: 1_000\nd: "x # y"\ne:\nf: ""\ng: ${HOST:x}\n');
    expect(settings.map((one) => one.values)).toEqual([
      ['0644'],
      ['yes'],
      ['1_000'],
      ['x # y'],
      [],
      [''],
      ['${HOST:x}'],
    ]);
  });

  it('reports a setting that is given in two spellings, the later one counts', () => {
    const { settings, duplicates } = read(
      'xpack.security.enabled: true\nxpack:\n  security:\n    enabled: false\n',
    );
    expect(duplicates).toEqual(['xpack.security.enabled']);
    expect(settingValue(settings, 'xpack.security.enabled')).toBe('false');
  });

  it('names lists of sections by position and sees the secret in them', () => {
    const { settings } = read('a:\n  - password: x\n    b: 1\n  - plain\ntokens: [x1, x2]\n');
    expect(settings.map((one) => one.key)).toEqual(['a.0.password', 'a.0.b', 'a.1', 'tokens']);
    expect(redactSettings(settings).map((one) => one.values)).toEqual([
      ['[secret]'],
      ['1'],
      ['plain'],
      ['[secret]', '[secret]'],
    ]);
  });

  it('takes byte order marks, carriage returns, empty files and files of remarks', () => {
    expect(read('\uFEFFa: 1\r\nb: 2\r\n').settings.map((one) => one.key)).toEqual(['a', 'b']);
    expect(read('').settings).toEqual([]);
    expect(read('# nothing\n').settings).toEqual([]);
  });

  it.each([
    ['a: 1\n\tb: 2\n', 2],
    ['a: [1\n', 1],
    ['- a\n', 1],
    ['just words\n', 1],
    ['a: 1\n---\nb: 2\n', 2],
  ])('says where %j is wrong', (text, line) => {
    const result = readYamlSettings(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.line).toBeGreaterThanOrEqual(line > 1 ? 1 : line);
  });

  it('takes the name of an alias for its value, as Elasticsearch does', () => {
    const { settings } = read('b: &b\n  x: 1\na: *b\nc: &one 1\nd: *one\ne: [*one, 2]\nf: *nothing\n');
    expect(settings.map((one) => [one.key, one.values])).toEqual([
      ['b.x', ['1']],
      ['a', ['b']],
      ['c', ['1']],
      ['d', ['one']],
      ['e', ['one', '2']],
      ['f', ['nothing']],
    ]);
  });

  it('does not merge, as Elasticsearch does not', () => {
    const { settings } = read('b: &b\n  x: 1\na:\n  <<: *b\n  z: 3\n');
    expect(settings.map((one) => one.key)).toEqual(['b.x', 'a.<<', 'a.z']);
  });

  it('reads numbered names as a list, as Elasticsearch does', () => {
    const { settings } = read('n: 1\na.0: x\na:\n  1: y\na.3: z\nb: [1]\nb.0: 2\n');
    expect(settings.map((one) => [one.key, one.values])).toEqual([
      ['n', ['1']],
      ['a', ['x', 'y']],
      ['a.3', ['z']],
      ['b', ['1']],
      ['b.0', ['2']],
    ]);
  });

  it('reports a section that is given twice', () => {
    expect(read('a:\n  b: 1\na:\n  c: 2\n').duplicates).toEqual(['a']);
  });

  it.each([
    ['in a remark', '# note\u2028xpack.security.enabled: false\n', 1],
    ['in a value', 'a: x\u2029b: 2\n', 1],
    ['between quotes', 'c: 1\na: "x\u0085b: 2"\n', 2],
    ['alone', 'a: 1\rb: 2\n', 1],
  ])('refuses a line break that only Elasticsearch sees: %s', (_what, text, line) => {
    const result = readYamlSettings(text);
    expect(result).toMatchObject({ ok: false, line });
    expect(result.ok ? '' : result.message).toMatch(/^A hidden line break \(U\+/);
  });

  it.each([
    ['a:\t1\n', 1],
    ['a: 1\n\t\nb: 2\n', 2],
    ['b: 1\na: "x"\t# c\n', 2],
    ['a:\n\tb: 1\n', 2],
  ])('refuses the tabs that Elasticsearch refuses: %j', (text, line) => {
    expect(readYamlSettings(text)).toMatchObject({ ok: false, line });
  });

  it.each(['a: 1\t# x\n', 'a: x\ty\n', 'a\t: 1\n', '# a\tb\na: "\t"\n', 'a: 1 \t \nb: 2\n'])(
    'takes the tabs that Elasticsearch takes: %j',
    (text) => expect(readYamlSettings(text).ok).toBe(true),
  );

  it('refuses control characters, as Elasticsearch does', () => {
    expect(readYamlSettings('a: 1\n# \u0001\n')).toMatchObject({ ok: false, line: 2 });
  });

  it.each([
    [
      'could grow',
      `a0: &a0 [{x: 1}]\n${Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${Array.from({ length: 12 }, () => `{x: *a${at}}`).join(', ')}]`).join('\n')}\n`,
    ],
    ['end in themselves', 'a: &a [{x: *a}]\n'],
    ['are many', `a: &a 1\nb:\n${'- *a\n'.repeat(4000)}`],
  ])('is not slowed down by aliases that %s', (_what, text) => {
    const begun = performance.now();
    expect(readYamlSettings(text).ok).toBe(true);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('takes __proto__ for a name like any other', () => {
    expect(read('__proto__:\n  polluted: 1\nconstructor.prototype.polluted: 2\n').settings).toMatchObject([
      { key: '__proto__.polluted', values: ['1'] },
      { key: 'constructor.prototype.polluted', values: ['2'] },
    ]);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });
});

describe('isOn', () => {
  it('knows the words of YAML', () => {
    expect(['true', 'yes', 'on', 'True'].every(isOn)).toBe(true);
    expect([undefined, 'false', 'no', '', '1'].some(isOn)).toBe(false);
  });
});
