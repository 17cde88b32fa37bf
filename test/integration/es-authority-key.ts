/** The authority's key taken off a secured node that runs, and put back: judged by keytool, openssl and the log of the node. */
import { expect } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import { esAuthorityKey } from '../../shared/engine/changes/es-authority-key/es-authority-key.ts';
import { type Applied, applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';

interface Job {
  readonly bench: LabBench;
  readonly install: EsInstall;
  readonly change: ChangeOf<'es-authority-key'>;
  /** Of the store, as the vendor's own tool tells it. */
  readonly password: string;
}

async function jobOn(bench: LabBench, install: EsInstall): Promise<Job> {
  const { pathConf, home } = install;
  const entry = 'xpack.security.http.ssl.keystore.secure_password';
  return {
    bench,
    install,
    change: {
      kind: 'es-authority-key',
      install,
      store: `${pathConf}/certs/http.p12`,
      authorityRef: 'es/lab/http-authority',
    },
    password: await bench.see(
      `cd /; owner=$(stat -c %U ${pathConf}); setpriv --reuid=$owner --regid=$(id -gn $owner) --init-groups env -i PATH=/usr/bin:/bin ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore show ${entry}`,
    ),
  };
}

/** Standard output of a program that takes the password of the store as its first line. */
async function withPassword({ bench, password }: Job, program: string): Promise<string> {
  return (await bench.host.run(program, { stdin: `${password}\n` })).stdout;
}

/** `alias kind chain length` of every entry, as Java sees it. */
async function entriesOf(job: Job): Promise<readonly string[]> {
  const { install, change } = job;
  const list = await withPassword(
    job,
    `${install.home}/jdk/bin/keytool -list -v -keystore ${change.store} 2>/dev/null`,
  );
  return list
    .split('Alias name: ')
    .slice(1)
    .map((text) => {
      const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
      return `${text.split('\n')[0]} ${found(/Entry type: (\w+)/)} ${found(/chain length: (\d+)/)}`.trim();
    })
    .toSorted();
}

/** What the port serves, verified by the authority's certificate on the node, without what differs between two sessions. */
async function servedBy({ bench, install }: Job): Promise<readonly string[]> {
  const said = await bench.see(
    `openssl s_client -connect 127.0.0.1:9200 -showcerts -CAfile ${install.pathConf}/certs/http_ca.crt -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>/dev/null`,
  );
  const parts = said.match(
    /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----|Verify return code: .*/g,
  );
  // The verdict is repeated with every ticket for a further session.
  return [...new Set(parts)];
}

async function reloadsOf({ bench, install }: Job): Promise<number> {
  return Number(
    await bench.see(`cat ${install.pathLogs}/*.log | grep -c 'SSLConfigurationReloader.*updated' || true`),
  );
}

/** Whoever has the result puts it back. @param told the vault has a login under the name of this host, so the node tells what it finds */
export async function takeKeyOut(
  bench: LabBench,
  install: EsInstall,
  context: TestContext,
  told = true,
): Promise<() => Promise<void>> {
  const job = await jobOn(bench, install);
  const { change } = job;
  const before = await bench.print(change.store);
  const [served, reloads] = [await servedBy(job), await reloadsOf(job)];
  expect(served.filter((text) => text.startsWith('-----'))).toHaveLength(2);
  expect(served).toContain('Verify return code: 0 (ok)');
  const applied = await applyTwice(esAuthorityKey, change, context);
  // The node itself told what it finds in the store.
  if (told) expect(context.notes.join()).not.toContain('Waiting until the node has looked');
  expect(await entriesOf(job)).toEqual(['http PrivateKeyEntry 2', 'http_ca trustedCertEntry']);
  const own = await withPassword(
    job,
    `openssl pkcs12 -in ${change.store} -passin stdin -nocerts -nodes 2>/dev/null | openssl pkey -pubout`,
  );
  const shown = await bench.see(
    'openssl s_client -connect 127.0.0.1:9200 </dev/null 2>/dev/null | openssl x509 -noout -pubkey',
  );
  expect(own).toBe(shown);
  await expect.poll(() => reloadsOf(job), { timeout: 60_000, interval: 500 }).toBeGreaterThan(reloads);
  expect(await servedBy(job)).toEqual(served);
  const kept = value(await context.secrets.get(change.authorityRef)).reveal();
  const line = kept.split('\n')[2] ?? '';
  expect(line).toHaveLength(64);
  const copies = await bench.see(
    `grep -rlF -- '${line}' /etc /var/lib /run /tmp ${install.pathConf} 2>/dev/null || true; find / -xdev -name '*http.p12*' ! -path ${change.store} 2>/dev/null || true`,
  );
  expect(copies).toBe('');
  return () => putBack(job, applied, before, context);
}

async function putBack(job: Job, applied: Applied, before: string, context: TestContext): Promise<void> {
  value(await undo(esAuthorityKey, job.change, applied, context));
  expect(await job.bench.print(job.change.store)).toBe(before);
  expect(await entriesOf(job)).toEqual(['http PrivateKeyEntry 2', 'http_ca PrivateKeyEntry 1']);
}

/** A member that was enrolled got the key of the authority by its token, and loses it without a restart. */
export async function takesKeyOffMember(
  bench: LabBench,
  install: EsInstall,
  context: TestContext,
): Promise<void> {
  const job = await jobOn(bench, install);
  expect(await entriesOf(job)).toEqual(['http PrivateKeyEntry 2', 'http_ca PrivateKeyEntry 1']);
  const putBackAgain = await takeKeyOut(bench, install, context, false);
  await putBackAgain();
}
