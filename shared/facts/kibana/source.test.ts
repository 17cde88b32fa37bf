import { describe, expect, it } from 'vitest';
import { kibanaKeystoreCodec } from '../../../electron/adapters/kibana/keystore-codec.ts';
import { canary, frame } from '../../../test/support/fact-probe.ts';
import { at } from '../../../test/support/facts.ts';
import type { Fact } from '../../domain/fact.ts';
import type { KibanaFact } from '../../domain/kibana.ts';
import { Secret } from '../../domain/secret.ts';
import { kibana } from './source.ts';

const digest = 'c'.repeat(64);
const objects = 'xpack.encryptedSavedObjects.encryptionKey';
const key = 'k'.repeat(32);
const sealed = (entries: object): string =>
  new TextDecoder().decode(kibanaKeystoreCodec.seal(new Secret(JSON.stringify(entries))));

interface Printed {
  readonly found?: string;
  readonly user?: string;
  readonly arguments?: string;
  readonly yml?: string;
  readonly keystore?: string;
  readonly tree?: string;
}

const place = `units=1
elsewhere=0
home=/usr/share/kibana
conf=/etc/kibana
unit=kibana.service
pid=70
user=kibana
version=8.19.21
layout=package`;
const tree = `directory|root|kibana|2750|4096|/etc/kibana
regular file|root|kibana|660|10|/etc/kibana/kibana.yml`;

function printed(more: Printed = {}): string {
  return `@@ found
${more.found ?? place}
@@ user
${more.user ?? 'kibana:x:999:999::/usr/share/kibana:/bin/false\nkibana'}
@@ password
locked
@@ arguments
${more.arguments ?? ''}
@@ path /etc/kibana/kibana.yml
@@ symlink
${more.yml ?? `@@ digest\n${digest}\n@@ text\nserver.host: 10.0.0.1\nelasticsearch:\n  password: ${canary}\n`}
@@ keystore
${more.keystore === undefined ? 'missing' : `present\n@@ keystore-digest\n${digest}\n@@ keystore-content\n${more.keystore}`}
@@ tree
${more.tree ?? tree}
@@ named
`;
}

function read(more: Printed = {}, opens = true): Fact<KibanaFact | null> {
  return kibana.parse(frame(printed(more)), {
    at,
    privileged: true,
    ...(opens
      ? {
          kibana: {
            open: (file) => kibanaKeystoreCodec.open(file),
            print: (value) => `print of ${value.length}`,
          },
        }
      : {}),
  });
}

function found(more: Printed = {}, opens = true): KibanaFact {
  const fact = read(more, opens);
  if (fact.status !== 'known' || fact.value === null) throw new Error(JSON.stringify(fact));
  return fact.value;
}

describe('Kibana', () => {
  it('is told with its place, its settings and its files, and without a secret', () => {
    const seen = found({
      keystore: sealed({ 'elasticsearch.password': canary, [objects]: key, 'server.host': 'h' }),
    });
    expect(seen).toMatchObject({
      layout: 'package',
      version: '8.19.21',
      home: '/usr/share/kibana',
      pathConf: '/etc/kibana',
      unit: 'kibana.service',
      running: true,
      overrides: [],
      user: { status: 'known', value: { name: 'kibana', uid: 999, group: 'kibana', password: 'locked' } },
      settings: { status: 'known', value: { digest, duplicates: [], keys: [] } },
      keystore: {
        status: 'known',
        value: {
          exists: true,
          entries: [
            { name: 'elasticsearch.password', values: ['[secret]'], secretLike: true },
            { name: 'server.host', values: ['h'], secretLike: false },
            { name: objects, values: ['[secret]'], secretLike: true },
          ],
          keys: [{ name: objects, length: 32, print: `print of ${objects.length + 33}` }],
        },
      },
    });
    expect(JSON.stringify(seen)).not.toContain(canary);
    expect(JSON.stringify(seen)).not.toContain(key);
  });

  it('has keys in kibana.yml that are told by length and print alone', () => {
    const yml = `@@ digest\n${digest}\n@@ text\nxpack:\n  security.encryptionKey: "${key}"\n`;
    const { settings } = found({ yml });
    expect(settings).toMatchObject({
      value: { keys: [{ name: 'xpack.security.encryptionKey', length: 32 }] },
    });
    expect(JSON.stringify(settings)).not.toContain(key);
  });

  it('keeps the name of a variable in the place of a secret, and nothing that may be one', () => {
    const yml = `@@ digest\n${digest}\n@@ text\nelasticsearch.password: "\${ES_PW}"\n${objects}: "\${KEY:${canary}}"\n`;
    const { settings } = found({ yml });
    expect(settings).toMatchObject({
      value: { settings: [{ values: ['${ES_PW}'], value: '${ES_PW}' }, { values: ['[secret]'] }], keys: [] },
    });
    expect(JSON.stringify(settings)).not.toContain(canary);
  });

  it('is not there, in a container, or more than one', () => {
    expect(read({ found: 'units=0\nelsewhere=0' })).toMatchObject({ status: 'known', value: null });
    expect(JSON.stringify(read({ found: 'units=0\nelsewhere=1' }))).toMatch(/unknown.*container/);
    expect(JSON.stringify(read({ found: 'units=2\nelsewhere=0' }))).toMatch(/unknown.*2 systemd/);
    expect(read({ found: place.replace('8.19.21', '') })).toMatchObject({ status: 'unknown' });
  });

  it('says which part could not be read', () => {
    const { settings } = found({ yml: '@@ unreadable\n' });
    expect(settings).toMatchObject({ status: 'unknown' });
    expect(found({ yml: '@@ unreadable\nmissing\n' }).settings).toMatchObject({ status: 'unknown' });
    expect(found({ yml: `@@ digest\n${digest}\n@@ text\na: [` }).settings).toMatchObject({ status: 'error' });
    expect(found({ user: '' }).user).toMatchObject({ status: 'unknown' });
    expect(found({ found: place.replace('user=kibana', 'user=') }).user).toMatchObject({ status: 'unknown' });
    expect(found({ tree: 'directory|root|kibana|2750|4096|/etc/kibana' }).files).toMatchObject({
      status: 'unknown',
    });
    expect(found({ tree: `${tree}\nof two lines` }).files).toMatchObject({ status: 'unknown' });
    expect(found({ tree: `${tree}\n${tree}` }).files).toMatchObject({ status: 'unknown' });
  });

  it.each([
    ['a password', sealed({}).replace(/^1:..../, '1:AAAA'), /password/],
    ['another form', 'no keystore', /not a keystore/],
    ['a list inside', sealed([1]), /not a keystore/],
    ['more than is read', 'x'.repeat(65_537), /not a keystore/],
  ])('does not guess at a keystore with %s', (_, keystore, reason) => {
    const fact = found({ keystore }).keystore;
    expect(fact.status === 'unknown' ? fact.reason : fact.status).toMatch(reason);
  });

  it('leaves the keystore closed where nobody can open it', () =>
    expect(found({ keystore: sealed({}) }, false).keystore).toMatchObject({ status: 'unknown' }));

  it('names what outranks kibana.yml on the command line', () =>
    expect(found({ arguments: '--allow-root\n--server.host\n-c' }).overrides).toEqual([
      '--server.host',
      '-c',
    ]));
});
