/** What independent tools say of a lab host: nothing here goes through the product. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import type { LabHost } from '../../lab/index.ts';

const run = promisify(execFile);
const home = '/opt/elasticsearch-8.19.21';

/** Every path below the configuration with bytes, owner and mode; accounts, units, rules: what a rollback has to bring back. */
export type HostFingerprint = readonly string[];

export async function fingerprintOf(host: LabHost): Promise<HostFingerprint> {
  const script = `
    find ${home}/config -printf '%y %U:%G %m %p\\n' | sort
    find ${home}/config -type f -exec sha256sum {} + | sort -k2
    stat -c '%U:%G %a %n' ${home} ${home}/data ${home}/logs
    getent passwd deploy elasticsearch; getent shadow deploy; id deploy; getent group
    sha256sum /etc/nftables.conf /etc/sudoers; ls -la /etc/sudoers.d /etc/systemd/system | sed 's/ *[A-Z][a-z][a-z] *[0-9]* *[0-9:]* / /; /^total/d; / \\.\\.\\?$/d' | awk '{print $1, $3, $4, $NF}'
    nft list ruleset; systemctl is-enabled nftables; systemctl cat elasticsearch; systemctl show elasticsearch -p User -p ActiveState
    ls ${home} | sort`;
  const { stdout } = await host.run(script);
  return stdout.split('\n');
}

async function curl(...args: string[]): Promise<{ code: number; status: string }> {
  try {
    const { stdout } = await run('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-m',
      '10',
      '-w',
      '%{http_code}',
      ...args,
    ]);
    return { code: 0, status: stdout };
  } catch (error) {
    return {
      code: (error as { code?: number }).code ?? -1,
      status: (error as { stdout?: string }).stdout ?? '',
    };
  }
}

export async function expectOpen(host: LabHost): Promise<void> {
  await expect
    .poll(async () => (await curl(`http://${host.address}:9200/_cluster/health`)).status, {
      timeout: 120_000,
    })
    .toBe('200');
}

export async function expectHardened(host: LabHost): Promise<void> {
  expect((await curl('-k', `https://${host.address}:9200/_cluster/health`)).status).toBe('401');
  const plain = await curl(`http://${host.address}:9200/`);
  expect(plain.code, 'plain HTTP is refused').not.toBe(0);
  const chain = await host.run(
    `openssl s_client -connect 127.0.0.1:9200 -CAfile ${home}/config/certs/http_ca.crt -verify_return_error </dev/null 2>&1 | grep -E 'Verify return code|Verification'`,
  );
  expect(chain.stdout).toMatch(/OK|0 \(ok\)/);
  const rules = await host.run('nft list ruleset');
  expect(rules.stdout).toContain('policy drop');
  const modes = await host.run(
    `stat -c '%a %U' ${home}/config/elasticsearch.yml ${home}/config/elasticsearch.keystore; ps -o user= -C java | sort -u`,
  );
  expect(modes.stdout).not.toMatch(/deploy/);
  for (const line of modes.stdout.split('\n').filter((entry) => /^\d/.test(entry)))
    expect(line).toMatch(/^\d\d0 elasticsearch/);
  const names = await host.run(
    `cd / && runuser -u elasticsearch -- env LANG=C.UTF-8 ES_PATH_CONF=${home}/config ${home}/bin/elasticsearch-keystore list`,
  );
  expect(names.stdout).toContain('xpack.security.http.ssl.keystore.secure_password');
  const yml = await host.run(`cat ${home}/config/elasticsearch.yml`);
  expect(yml.stdout).not.toMatch(/bind_password/);
}
