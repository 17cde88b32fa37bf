/** The authority's key taken off a secured node that runs, and put back: judged by keytool, openssl and the log of the node. */
import { expect } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import type { EsInstall } from '../../shared/domain/elasticsearch.ts';
import { esAuthorityKey } from '../../shared/engine/changes/es-authority-key/es-authority-key.ts';
import type { TestContext } from '../support/change-harness.ts';
import { type Applied, applyTwice, undo, value } from '../support/change-harness.ts';
import type { LabBench } from '../support/lab-bench.ts';

const entry = 'xpack.security.http.ssl.keystore.secure_password';

export class AuthorityKeyJob {
  readonly #bench: LabBench;
  readonly #install: EsInstall;
  readonly #context: TestContext;
  readonly #change: ChangeOf<'es-authority-key'>;
  #applied: Applied | undefined;
  #before = '';
  #password: string | undefined;

  constructor(bench: LabBench, install: EsInstall, context: TestContext) {
    this.#bench = bench;
    this.#install = install;
    this.#context = context;
    this.#change = {
      kind: 'es-authority-key',
      install,
      store: `${install.pathConf}/certs/http.p12`,
      authorityRef: 'es/lab/http-authority',
    };
  }

  async #storePassword(): Promise<string> {
    const { pathConf, home } = this.#install;
    return await this.#bench.see(
      `cd /; owner=$(stat -c %U ${pathConf}); setpriv --reuid=$owner --regid=$(id -gn $owner) --init-groups env -i PATH=/usr/bin:/bin ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore show ${entry}`,
    );
  }

  /** Standard output of a program that takes the password of the store as its first line. */
  async #withPassword(program: string): Promise<string> {
    this.#password ??= await this.#storePassword();
    return (await this.#bench.host.run(program, { stdin: `${this.#password}\n` })).stdout;
  }

  /** `alias kind chain length` of every entry, as Java sees it. */
  async #entries(): Promise<readonly string[]> {
    const list = await this.#withPassword(
      `${this.#install.home}/jdk/bin/keytool -list -v -keystore ${this.#change.store} 2>/dev/null`,
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

  /** Both certificates as the port serves them, verified by the authority's certificate on the node, without times of the session. */
  async #served(): Promise<string> {
    const said = await this.#bench.see(
      `openssl s_client -connect 127.0.0.1:9200 -showcerts -CAfile ${this.#install.pathConf}/certs/http_ca.crt -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>/dev/null`,
    );
    expect(said).toContain('Verify return code: 0 (ok)');
    const chain = said.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    expect(chain).toHaveLength(2);
    return chain.join('\n');
  }

  async #reloads(): Promise<number> {
    const log = `${this.#install.pathLogs}/*.log`;
    return Number(await this.#bench.see(`cat ${log} | grep -c 'SSLConfigurationReloader.*updated' || true`));
  }

  async takeOut(): Promise<void> {
    const { store } = this.#change;
    this.#before = await this.#bench.print(store);
    const [served, reloads] = [await this.#served(), await this.#reloads()];
    this.#applied = await applyTwice(esAuthorityKey, this.#change, this.#context);
    expect(await this.#entries()).toEqual(['http PrivateKeyEntry 2', 'http_ca trustedCertEntry']);
    const own = await this.#withPassword(
      `openssl pkcs12 -in ${store} -passin stdin -nocerts -nodes 2>/dev/null | openssl pkey -pubout`,
    );
    const shown = await this.#bench.see(
      'openssl s_client -connect 127.0.0.1:9200 </dev/null 2>/dev/null | openssl x509 -noout -pubkey',
    );
    expect(own).toBe(shown);
    await expect.poll(() => this.#reloads(), { timeout: 60_000, interval: 500 }).toBeGreaterThan(reloads);
    expect(await this.#served()).toBe(served);
    const kept = value(await this.#context.secrets.get(this.#change.authorityRef)).reveal();
    expect(kept).toContain('PRIVATE KEY');
    const line = kept.split('\n')[2] ?? '';
    expect(line).toHaveLength(64);
    const left = await this.#bench.see(
      `grep -rlF -- '${line}' /etc /var/lib /run /tmp ${this.#install.home}/config 2>/dev/null || true; find / -xdev -name '*http.p12*' ! -path ${store} 2>/dev/null || true`,
    );
    expect(left).toBe('');
  }

  async putBack(): Promise<void> {
    if (this.#applied === undefined) throw new Error('nothing was taken out');
    value(await undo(esAuthorityKey, this.#change, this.#applied, this.#context));
    expect(await this.#bench.print(this.#change.store)).toBe(this.#before);
    expect(await this.#entries()).toEqual(['http PrivateKeyEntry 2', 'http_ca PrivateKeyEntry 1']);
  }
}
