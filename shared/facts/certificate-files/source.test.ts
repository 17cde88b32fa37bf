import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, type TestAuthority } from '../../../test/support/authority.ts';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { probeHelpers } from '../prelude.ts';
import { certificateFiles } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificate-files-'));
const home = join(folder, 'home');
const conf = join(home, 'config');
const certs = join(conf, 'certs');
let authority: TestAuthority;
afterAll(() => rmSync(folder, { recursive: true }));

/** What the probe prints here, by the shell of this machine. */
function probe(path = process.env['PATH'] ?? ''): string {
  return execFileSync('/bin/sh', ['-c', `${probeHelpers}${certificateFiles.probe}`], {
    env: { PATH: path, ES_HOME: home, ES_PATH_CONF: conf, ES_FOUND: 'yes' },
  }).toString();
}

beforeAll(() => {
  mkdirSync(certs, { recursive: true });
  authority = makeAuthority(folder, 'ca');
  const node = authority.issue('node', { names: 'DNS:node-1' });
  writeFileSync(join(certs, 'node.crt'), `# the node's\n${node.certPem}`);
  writeFileSync(join(certs, 'node.key'), node.keyPem);
  writeFileSync(join(certs, 'ca.crt'), authority.caPem);
  symlinkSync(join(folder, 'ca.key'), join(certs, 'ca.key'));
  writeFileSync(join(certs, 'both.pem'), `${node.keyPem}${node.certPem}`);
  writeFileSync(join(certs, 'http.p12'), 'not looked into');
  writeFileSync(join(home, 'elastic-stack-ca.p12'), 'neither');
  writeFileSync(join(conf, 'elasticsearch.yml'), 'cluster.name: x\n');
});

describe('certificate files', () => {
  it('are told with their keys’ public halves, and no key leaves the host', () => {
    const printed = probe();
    expect(printed).not.toMatch(/PRIVATE|\nMIG/);
    const found = readFact(certificateFiles, printed);
    const byName = new Map(found.pem.map((file) => [file.path.split('/').at(-1), file]));
    expect(new Set(byName.keys())).toEqual(new Set(['both.pem', 'ca.crt', 'node.crt']));
    const [leaf] = byName.get('node.crt')?.certificates ?? [];
    const [root] = byName.get('ca.crt')?.certificates ?? [];
    expect(leaf).toMatchObject({ subject: 'CN=node', dnsNames: ['node-1'], authority: false });
    expect(leaf?.issuerHash).toBe(root?.subjectHash);
    const keys = new Map(found.keys.map((key) => [key.path.split('/').at(-1), key.keyHash]));
    expect(keys.get('node.key')).toBe(leaf?.keyHash);
    expect(keys.get('both.pem')).toBe(leaf?.keyHash);
    expect(keys.get('ca.key')).toBe(root?.keyHash);
    expect(found.stores.map((path) => path.slice(home.length))).toEqual([
      '/config/certs/http.p12',
      '/elastic-stack-ca.p12',
    ]);
  });

  it('that may hold a key are told whatever was put behind their name, and however large they are', () => {
    const extra = join(conf, 'extra');
    mkdirSync(extra);
    const place = (name: string, text: string) => writeFileSync(join(extra, name), text);
    const hidden = ['http.p12.bak', 'ca.p12~', 'ca.JKS-old', 'ca.jceks', 'ca.tar.gz', 'my.keystore'];
    for (const name of hidden) place(name, 'x');
    place('large.zip', 'x'.repeat(1_100_000));
    place('ca.key', '\x30\x82 not PEM');
    place('ca.der.1', '\x30\x82 not PEM');
    place('empty.key', '');
    place('own.der', authority.caPem);
    const der = ['-outform', 'DER', '-out', join(extra, 'root.der')];
    execFileSync('openssl', ['x509', '-in', join(certs, 'ca.crt'), ...der]);
    place('dictionary.dic', 'x'.repeat(1_100_000));
    place('a bundle.txt', `${readFileSync(join(folder, 'ca.key'), 'utf8')}${'\n'.repeat(1_100_000)}`);
    place('elasticsearch.keystore', 'x');
    place('.elasticsearch.keystore.initial_md5sum', 'x');
    try {
      const found = readFact(certificateFiles, probe());
      const inExtra = (paths: readonly string[]) =>
        paths.flatMap((path) => (path.startsWith(extra) ? [path.slice(extra.length + 1)] : [])).toSorted();
      expect(inExtra(found.stores)).toEqual([...hidden, 'large.zip', 'ca.key', 'ca.der.1'].toSorted());
      expect(inExtra(found.keys.map(({ path }) => path))).toEqual(['a bundle.txt']);
      expect(inExtra(found.pem.map(({ path }) => path))).toEqual(['own.der']);
    } finally {
      rmSync(extra, { recursive: true });
    }
  });

  it('have no public halves where there is no openssl', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const tool of ['find', 'sort', 'grep', 'head', 'sed', 'cut', 'tr'])
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`])
          .toString()
          .trim(),
        join(bin, tool),
      );
    const found = readFact(certificateFiles, probe(bin));
    expect(found.keys.map(({ keyHash }) => keyHash)).toEqual([undefined, undefined, undefined]);
    expect(found.pem).toHaveLength(3);
  });

  it('with odd names are not passed over', () => {
    const odd = join(certs, 'a\n@@ pem x');
    writeFileSync(odd, authority.caPem);
    expect(unknownFact(certificateFiles, probe(), true)).toMatch(/unusual characters/);
    rmSync(odd);
  });

  it('are not known where a directory is closed, or the text is cut', () => {
    expect(unknownFact(certificateFiles, '@@ readable\n@@ odd\n0\n@@ many\n1\n@@ large\n0\n', true)).toMatch(
      /could not be read/,
    );
    expect(
      unknownFact(certificateFiles, '@@ readable\nyes\n@@ odd\n0\n@@ closed\nyes\n@@ many\n1\n@@ large\n0\n'),
    ).toMatch(/root only/);
    expect(unknownFact(certificateFiles, '@@ readable\nyes\n@@ odd\n', true)).toMatch(/no files/);
    for (const large of ['', '@@ large\n41\n'])
      expect(
        unknownFact(certificateFiles, `@@ readable\nyes\n@@ odd\n0\n@@ many\n1\n${large}`, true),
      ).toMatch(/more than Bulwark looks into/);
    const broken = readFact(
      certificateFiles,
      '@@ readable\nyes\n@@ odd\n0\n@@ many\n1\n@@ large\n0\n@@ pem /c/x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n@@ key /c/y\nnonsense\n',
    );
    expect(broken).toMatchObject({
      pem: [{ path: '/c/x', certificates: [], unreadable: 1 }],
      keys: [{ path: '/c/y', keyHash: undefined }],
    });
  });
});
