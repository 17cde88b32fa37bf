/** The program itself, as a shell starts it, on real hosts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalog } from '../../shared/controls/catalog.ts';
import { evidenceSchema } from '../../shared/domain/evidence.ts';
import { exposureSchema, remedySchema } from '../../shared/domain/finding.ts';
import { outcomeSchema } from '../../shared/domain/outcome.ts';
import { type Lab, type LabHost, labPrerequisites, openLab } from '../lab/index.ts';
import { bulwark } from '../support/bulwark-process.ts';

const prerequisites = await labPrerequisites();
const reason = prerequisites.ok ? undefined : prerequisites.missing;
if (reason !== undefined)
  process.stdout.write(
    `headless on lab hosts: skipped: ${reason} It runs where a lab can: test/lab/README.md.\n`,
  );

/** What docs/headless.md promises. */
const assessmentSchema = z.strictObject({
  format: z.literal('bulwark-assess'),
  version: z.literal(1),
  exitCode: z.number(),
  tool: z.string(),
  catalogVersion: z.string(),
  hosts: z.array(
    z.strictObject({
      host: z.strictObject({
        id: z.string(),
        name: z.string(),
        address: z.string(),
        port: z.number(),
        user: z.string(),
      }),
      startedAt: z.iso.datetime(),
      finishedAt: z.iso.datetime(),
      subject: z.strictObject({
        hostname: z.string(),
        operatingSystem: z.string(),
        elasticsearch: z.string(),
        hostKey: z.string(),
      }),
      counts: z.record(outcomeSchema, z.number()),
      controls: z.array(
        z.strictObject({
          id: z.string(),
          area: z.string(),
          title: z.string(),
          severity: z.string(),
          outcome: outcomeSchema,
          summary: z.string().min(1),
          evidence: z.array(evidenceSchema),
          remedy: remedySchema,
        }),
      ),
      exposure: z.array(exposureSchema),
      factsDigest: z.string(),
      cost: z.strictObject({
        connections: z.number(),
        execs: z.number(),
        roundTrips: z.number(),
        tunnels: z.number(),
        bytesIn: z.number(),
        milliseconds: z.number(),
      }),
    }),
  ),
});

function strangers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^bulwark-[A-Za-z0-9]{6}$/.test(name));
}

describe.skipIf(reason !== undefined)('bulwark on a lab host', () => {
  let lab: Lab;
  let open: LabHost;
  let work: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'headless-lab-'));
    lab = await openLab();
    open = await lab.up('open-fresh');
  });
  afterAll(async () => {
    rmSync(work, { recursive: true, force: true });
    await lab.down();
  });

  const at = (host: LabHost) => `${host.user}@${host.address}:${host.port}`;

  const reading = (host: LabHost): readonly string[] => [
    'assess',
    '--host',
    at(host),
    '--identity',
    host.identityFile,
    '--known-hosts',
    host.knownHostsFile,
    '--json',
  ];

  async function assessed(host: LabHost, more: readonly string[] = [], input = '') {
    const ended = await bulwark([...reading(host), ...more], input);
    const parsed = assessmentSchema.safeParse(JSON.parse(ended.stdout));
    if (!parsed.success) throw new Error(`${z.prettifyError(parsed.error)}\n${ended.stdout.slice(0, 2000)}`);
    const found = parsed.data.hosts[0];
    if (found === undefined) throw new Error('no host in the answer');
    return { ended, found, exitCode: parsed.data.exitCode };
  }

  it('prints every control with outcome and evidence, within its budget, and leaves nothing behind', async () => {
    const before = strangers();
    const { ended, found, exitCode } = await assessed(open);
    expect(ended.code).toBe(1);
    expect(exitCode).toBe(1);
    expect(ended.stderr).toBe('');
    expect(found.controls).toHaveLength(catalog.length);
    const outcome = Object.fromEntries(found.controls.map((control) => [control.id, control.outcome]));
    expect(outcome).toMatchObject({
      'security-enabled': 'fail',
      'http-tls': 'fail',
      'transport-tls': 'fail',
      'keystore-present': 'fail',
      'no-plaintext-secrets': 'fail',
      'builtin-passwords': 'fail',
      'firewall-active': 'fail',
      'http-port-restricted': 'fail',
      'not-publicly-exposed': 'fail',
      'es-service-user': 'fail',
      'es-account-locked': 'fail',
      'es-config-permissions': 'fail',
      'es-data-encrypted': 'unknown',
      'swap-safe': 'unknown',
    });
    expect(found.controls.filter((control) => control.evidence.length === 0)).toEqual([]);
    expect(found.subject).toMatchObject({ elasticsearch: '8.19.21 (archive)' });
    expect(found.exposure).toContainEqual(
      expect.objectContaining({ port: 9200, state: 'clear', answersStranger: 'yes' }),
    );
    // One more control must not cost one more of these. A request to the node in clear waits twice, through a tunnel of
    // its own: opening and answer. These are no round trips of the login and the probe.
    expect(found.cost.connections).toBe(1);
    expect(found.cost.execs).toBeLessThanOrEqual(2);
    expect(found.cost.roundTrips - 2 * found.cost.tunnels).toBeLessThanOrEqual(9);
    expect(found.cost.tunnels).toBeLessThanOrEqual(8);
    expect(strangers().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('never shows the secret that lies in the clear on the host', async () => {
    const { ended } = await assessed(open);
    const yml = await open.run(
      'sed -n "s/.*bind_password: *//p" /opt/elasticsearch-*/config/elasticsearch.yml',
    );
    const secret = yml.stdout.trim().replaceAll(/^"|"$/g, '');
    expect(secret.length).toBeGreaterThan(3);
    expect(ended.stdout).not.toContain(secret);
  });

  it('trusts no key that nobody vouched for', async () => {
    const nothing = join(work, 'empty');
    writeFileSync(nothing, '');
    const args = ['assess', '--host', at(open), '--identity', open.identityFile, '--known-hosts', nothing];
    const unknown = await bulwark([...args, '--json']);
    expect(unknown.code).toBe(77);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'SSH_HOST_KEY_UNKNOWN' } });
    const other = await bulwark([...args, '--json', '--accept-new-key', `SHA256:${'A'.repeat(43)}`]);
    expect(other.code).toBe(77);
    const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(unknown.stdout)?.[0] ?? '';
    expect((await bulwark([...args, '--accept-new-key', fingerprint, '--quiet'])).code).toBe(1);
    expect((await open.run(`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`)).stdout).toContain(
      fingerprint,
    );
  });

  it('plans, applies by digest, and takes everything back', async () => {
    const passphrase = 'canary-passphrase-5820\n';
    const before = await open.run(
      'stat -c "%n %a %U %G" /opt/elasticsearch-*/config /opt/elasticsearch-*/config/*',
    );
    const folder = (
      await bulwark(['init', '--name', 'lab', '--workspaces', work, '--vault-passphrase-stdin'], passphrase)
    ).stdout.trim();
    const at_ = ['--workspace', folder, '--json'];
    const known = ['--known-hosts', open.knownHostsFile, '--vault-passphrase-stdin'];
    const added = await bulwark([
      'hosts',
      'add',
      ...at_,
      '--host',
      at(open),
      '--identity',
      open.identityFile,
      '--name',
      'search',
    ]);
    expect(added.code).toBe(0);
    const planned = await bulwark(
      ['plan', ...at_, ...known, '--control', 'es-config-permissions'],
      passphrase,
    );
    expect(planned).toMatchObject({ code: 0 });
    const { plan } = JSON.parse(planned.stdout) as { plan: { digest: string } };
    const refused = await bulwark(['apply', ...at_, ...known, '--digest', 'a'.repeat(64)], passphrase);
    expect(refused.code).toBe(75);
    const applied = await bulwark(['apply', ...at_, ...known, '--digest', plan.digest], passphrase);
    expect(applied).toMatchObject({ code: 0 });
    const mode = await open.run('stat -c "%a" /opt/elasticsearch-*/config/elasticsearch.keystore');
    expect(mode.stdout.trim()).toMatch(/^6[60]0$|^640$/);
    const again = await bulwark(['plan', ...at_, ...known, '--control', 'es-config-permissions'], passphrase);
    expect(JSON.parse(again.stdout)).toMatchObject({ exitCode: 0, plan: null });
    // Somebody else works there, and has changed a file that was changed before.
    await open.run(`mkdir -p -m 700 /run/bulwark/lock; chmod 604 /opt/elasticsearch-*/config/elasticsearch.keystore
      printf '%s\\n' lock-eve eve@desk 2030-01-01T00:00:00Z plan-9 - > /run/bulwark/lock/info`);
    const rollback = async (...more: readonly string[]) => {
      const ended = await bulwark(['rollback', ...at_, ...known, '--all', ...more], passphrase);
      return { code: ended.code, said: JSON.parse(ended.stdout) as unknown };
    };
    const locked = await rollback('--break-lock', 'lock-of-before');
    expect(locked).toMatchObject({ code: 75, said: { error: { code: 'HOST_LOCKED' } } });
    expect(JSON.stringify(locked.said)).toContain('--break-lock lock-eve.');
    expect((await open.run('cat /run/bulwark/lock/info')).stdout).toContain('eve@desk');
    const drifted = await rollback('--break-lock', 'lock-eve');
    expect(drifted).toMatchObject({ code: 1, said: { items: [{ result: 'drifted' }] } });
    expect(await rollback('--force')).toMatchObject({ code: 0, said: { items: [{ result: 'undone' }] } });
    // What was undone before is what was asked for.
    expect(await rollback()).toMatchObject({ code: 0, said: { items: [] } });
    const after = await open.run(
      'stat -c "%n %a %U %G" /opt/elasticsearch-*/config /opt/elasticsearch-*/config/*',
    );
    expect(after.stdout).toBe(before.stdout);
  }, 600_000);

  it('takes a sudo password from standard input', async () => {
    const host = await lab.up('bare', { name: 'guarded', variants: ['sudo-password'] });
    const right = await assessed(host, ['--sudo-password-stdin'], `${host.password}\n`);
    expect(right.found.controls).toHaveLength(catalog.length);
    expect(right.found.cost.execs).toBeLessThanOrEqual(2);
    const wrong = await bulwark([...reading(host), '--sudo-password-stdin'], 'not the password\n');
    expect(wrong.code).toBe(77);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'SUDO_PASSWORD_WRONG' } });
  });
});
