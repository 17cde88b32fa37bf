/**
 * The main job by the terminal program: an open host is assessed, planned, hardened, seen by other tools, reported and taken
 * back to the same bytes. All the while nobody else on the host or on this machine sees a secret.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { catalog } from '../../shared/controls/catalog.ts';
import { type Lab, type LabHost, labPrerequisites, openLab, type ScenarioName } from '../lab/index.ts';
import { LEFT_PASSWORD } from '../lab/nodes.ts';
import { otherThanPass } from '../support/after-securing.ts';
import type { Running } from '../support/bulwark-process.ts';
import { findRuntime } from '../support/electron-runtime.ts';
import { asElastic, curl, fingerprintOf, openCluster, said, witness } from '../support/host-witness.ts';
import { type SecretWatch, watchSecrets } from '../support/secret-watch.ts';
import { TerminalJob } from '../support/terminal-job.ts';
import { witnessJournal } from './crash-matrix/journal-witness.ts';
import { installOn } from './es-installs.ts';

const MINUTE = 60_000;
// Nodes start several times in one test, which takes minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 15 * MINUTE });
const passphrase = 'canary passphrase 61e7a0';

const prerequisites = await labPrerequisites();
const reason = prerequisites.ok ? undefined : prerequisites.missing;
if (reason !== undefined)
  process.stdout.write(
    `main job on lab hosts: skipped: ${reason} It runs where a lab can: test/lab/README.md.\n`,
  );
const electron = existsSync('dist/main/print.js') ? findRuntime()?.executable : undefined;
if (reason === undefined && electron === undefined)
  process.stdout.write('main job: no PDF is looked at: there is no Electron, or the app is not built\n');

async function expectOpen(host: LabHost): Promise<void> {
  const ask = async () => (await curl(`http://${host.address}:9200/_cluster/health`)).status;
  await expect.poll(ask, { timeout: 2 * MINUTE, interval: 1000 }).toBe('200');
}

interface Case {
  readonly scenario: ScenarioName;
  /** Secrets that lie on the host in the clear before. */
  readonly lying: readonly string[];
  /** Controls that have no change of their own; another one's settles them. */
  readonly byHand: readonly string[];
}

const cases: readonly Case[] = [
  { scenario: 'open-fresh-9', lying: [LEFT_PASSWORD], byHand: ['es-account-locked'] },
  { scenario: 'package-open', lying: [], byHand: [] },
];

describe.skipIf(reason !== undefined)('the main job without a window', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(async () => {
    await lab?.down();
  });

  describe.each(cases)('$scenario', ({ scenario, lying, byHand }) => {
    const install = installOn(scenario);
    const secrets = [passphrase, ...lying];
    let host: LabHost;
    let job: TerminalJob;
    let watch: SecretWatch;
    let before: readonly string[];
    let cluster: string;

    beforeAll(async () => {
      host = await lab.up(scenario, { name: `job-${scenario}` });
      job = new TerminalJob(host, passphrase);
      before = await fingerprintOf(host, install);
      cluster = await openCluster(host);
      watch = await watchSecrets(host, 'marker-77c0');
    });
    afterAll(async () => {
      job?.remove();
      await host?.down();
    });

    it('goes from open to hardened, and every control passes or says why not', async () => {
      await job.begin();
      const first = await job.assess(1);
      expect(Object.keys(first)).toHaveLength(catalog.length);
      for (const id of [
        'security-enabled',
        'http-tls',
        'transport-tls',
        'firewall-active',
        'builtin-passwords',
      ])
        expect(first[id]).toMatchObject({ outcome: 'fail' });
      const plan = await job.plan([0]);
      expect(plan?.leftOut).toEqual(byHand);
      await job.apply(plan?.digest ?? '');
      secrets.push(await job.elasticPassword());
      const after = Object.values(await job.assess(2));
      expect(after).toHaveLength(catalog.length);
      const others = after.filter(({ outcome }) => outcome !== 'pass');
      expect(Object.fromEntries(others.map(({ id, outcome }) => [id, outcome]))).toEqual(otherThanPass);
      expect(others.find(({ id }) => id === 'es-data-encrypted')?.summary).toContain('container');
      expect(after.filter(({ id, outcome }) => first[id]?.outcome === 'pass' && outcome !== 'pass')).toEqual(
        [],
      );
    });

    it('has nothing to do the second time', async () => {
      expect(await job.plan()).toBeNull();
    });

    it('is seen the same by independent tools', async () => {
      const seen = await witness(host, install);
      expect(seen.stranger.status).toBe('401');
      expect(seen.plain.code).not.toBe(0);
      expect(seen.httpChain).toContain('Verify return code: 0 (ok)');
      expect(seen.httpChain).toMatch(/CN ?= ?Elasticsearch security auto-configuration HTTP CA/);
      expect(seen.httpChain.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2);
      expect(seen.keysInHttpStore).toEqual(['http']);
      expect(seen.transportChain).toContain('-----BEGIN CERTIFICATE-----');
      expect(seen.rules).toMatch(/hook input[^}]*policy drop/);
      expect(seen.rules).toMatch(/set port_9200_v4 {[^}]*elements = { 10\.77\.\d+\.1 }/);
      expect(seen.rules).toMatch(/ip saddr @port_9200_v4 tcp dport 9200 accept/);
      expect(seen.runsAs).toEqual(['elasticsearch']);
      expect(seen.files.length).toBeGreaterThan(10);
      for (const line of seen.files)
        expect(line).toMatch(/^(root|elasticsearch):elasticsearch 2?[67][0-7]0 /);
      expect(seen.keystore).toEqual(
        expect.arrayContaining([
          'keystore.seed',
          'xpack.security.http.ssl.keystore.secure_password',
          'xpack.security.transport.ssl.keystore.secure_password',
          'xpack.security.transport.ssl.truststore.secure_password',
          ...lying.map(() => 'xpack.security.authc.realms.ldap.corp.secure_bind_password'),
        ]),
      );
      expect(seen.keystore).not.toContain('bootstrap.password');
      expect(seen.yml).not.toContain('bind_password');
    });

    it('lets in who has the password from the vault', async () => {
      const ca = join(job.folder, 'ca.pem');
      writeFileSync(ca, (await host.run(`cat ${install.pathConf}/certs/http_ca.crt`)).stdout);
      const password = await job.elasticPassword();
      const url = `https://${host.address}:9200/_security/_authenticate`;
      const login = await curl(url, asElastic(password), '--cacert', ca);
      expect(login).toMatchObject({ code: 0, status: '200' });
      expect(JSON.parse(login.body)).toMatchObject({ username: 'elastic' });
      expect((await curl(url, asElastic(`x${password}`), '--cacert', ca)).status).toBe('401');
    });

    it('is reported, and a stranger verifies the report', async () => {
      const out = join(job.folder, 'report');
      const printed = await job.report(out, electron);
      const signer = join(out, 'signer.pem');
      await job.verify([join(out, 'report.json'), join(out, 'report.dsse.json')], signer);
      expect(printed).toBe(electron !== undefined);
      if (!printed) return;
      const pdf = join(out, 'report.pdf');
      await job.verify([pdf], signer);
      expect(await said('pdfsig', '-nocert', pdf)).toContain('Signature is Valid.');
      const text = (await said('pdftotext', pdf, '-')).replaceAll(/\s/g, '');
      expect(text).toContain(install.version);
      // The data directory of before is kept, and the report says where.
      expect(text).toContain(`${install.pathData[0]}.set-aside-`);
      for (const secret of secrets) expect(text).not.toContain(secret.replaceAll(/\s/g, ''));
    });

    it('leaves no secret on the hardened host', async () => {
      expect(await watch.left(secrets)).toEqual([]);
      // The search does find what is there.
      expect(await watch.left(['xpack.security.http.ssl'])).toContain(
        `${install.pathConf}/elasticsearch.yml`,
      );
    });

    it('is taken back to identical bytes, owner and mode, and the node answers as before', async () => {
      const items = await job.rollBack();
      expect(items.length).toBeGreaterThan(1);
      expect(new Set(items)).toEqual(new Set(['undone']));
      expect(await fingerprintOf(host, install)).toEqual(before);
      await expectOpen(host);
      expect(cluster).toContain('cluster_uuid');
      expect(await openCluster(host)).toBe(cluster);
    });

    it('never showed a secret', async () => {
      expect(await watch.seenInProcesses(secrets)).toEqual([]);
      const visible = [...job.seen].join('\n');
      expect(visible).toContain('electron/headless/main.ts');
      for (const secret of secrets) {
        expect(visible).not.toContain(secret);
        expect(job.printed).not.toContain(secret);
      }
      expect(job.filesHolding(secrets)).toEqual([]);
      expect(job.filesHolding(['"name": "orders"']).length).toBeGreaterThan(0);
      // What lay in the clear before lies there again, and only there.
      expect(await watch.left(secrets)).toEqual(lying.map(() => `${install.pathConf}/elasticsearch.yml`));
    });
  });

  describe('open-fresh', () => {
    const install = installOn('open-fresh');
    let host: LabHost;
    let job: TerminalJob;
    beforeAll(async () => {
      host = await lab.up('open-fresh', { name: 'job-killed' });
      job = new TerminalJob(host, passphrase);
    });
    afterAll(async () => {
      job?.remove();
      await host?.down();
    });

    /** @param milliseconds long enough that the node is stopped and some of its files are changed */
    async function killedAfter(running: Running, entry: string, milliseconds: number): Promise<void> {
      const begun = () => job.journal().includes(entry);
      await expect.poll(begun, { timeout: 4 * MINUTE, interval: 200 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      running.child.kill('SIGKILL');
      // Killed, and not already at its end.
      expect((await running.ended).code).toBeNull();
    }

    it('killed while securing and while undoing, is taken back by the next start to what it was', async () => {
      const before = await fingerprintOf(host, install);
      const cluster = await openCluster(host);
      await job.begin();
      const plan = await job.plan();
      await killedAfter(job.startApplying(plan?.digest ?? ''), '"kind":"es-auto-configuration"', 6000);
      expect(await job.interrupted()).toHaveLength(1);
      // The lock that the killed program left on the host is our own: it is taken over without breaking anybody's.
      await killedAfter(job.startRollingBack(), '"type":"undo-intent"', 500);
      // The program is killed from outside and has no seams to stop at, so whether a step was open just then is read from
      // the journal, past the product.
      const { open, breaches } = witnessJournal(join(job.workspace, 'journal'));
      expect(breaches).toEqual([]);
      expect(await job.interrupted()).toHaveLength(open);
      const items = await job.rollBack();
      expect(new Set(items)).toEqual(new Set(['undone']));
      expect(await job.interrupted()).toEqual([]);
      expect(await fingerprintOf(host, install)).toEqual(before);
      await expectOpen(host);
      expect(await openCluster(host)).toBe(cluster);
    });
  });
});
