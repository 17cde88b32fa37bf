/** A secured node that lets others join, and a fresh one on another host that is to become a member. */
import type { ChangeOf } from '../../shared/domain/change.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
import { waitFor } from '../lab/command.ts';
import type { Lab, LabHost, ScenarioName } from '../lab/index.ts';
import { type TestContext, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';
import { installOn, securing } from './es-installs.ts';

export interface Pair {
  readonly secured: LabHost;
  /** Its configuration directory. */
  readonly securedConf: string;
  readonly bench: LabBench;
  readonly change: ChangeOf<'es-enrollment'>;
  /** Puts what is known of the secured node into the vault of a context. */
  readonly teach: (context: TestContext) => Promise<void>;
  /** Asks the secured node from its own host, past the product. */
  readonly ask: (path: string, more?: string) => Promise<string>;
}

/** Secures the node as one that others are to join; answers the password of elastic. */
async function secureFirst(host: LabHost, scenario: ScenarioName): Promise<string> {
  const bench = await labBench(host);
  const { removeSettings, ...rest } = securing(scenario);
  const change = {
    ...rest,
    removeSettings: [...removeSettings, 'discovery.type'],
    listensForNodes: true as const,
  };
  const context = bench.context('lab-secure');
  const before = value(await esAutoConfiguration.capture(change, context));
  value(await esAutoConfiguration.apply(change, before, context));
  await bench.session.close();
  return value(await context.secrets.get(change.elasticPasswordRef)).reveal();
}

/** @param securedScenario an open one: the certificate of a node that was secured elsewhere names other addresses */
export async function pairToJoin(
  lab: Lab,
  fresh: ScenarioName,
  securedScenario: ScenarioName,
): Promise<Pair> {
  const [secured, host] = await Promise.all([
    lab.up(securedScenario, { name: `${fresh}-1`, variants: ['fit-for-cluster'] }),
    lab.up(fresh, { name: `${fresh}-2`, variants: ['fit-for-cluster'] }),
  ]);
  const password = await secureFirst(secured, securedScenario);
  const { pathConf: conf } = installOn(securedScenario);
  const first = await labBench(secured);
  const ca = await first.see(`cat ${conf}/certs/http_ca.crt`);
  await first.session.close();
  const bench = await labBench(host);
  const install = installOn(fresh);
  await bench.see(
    `sed -i 's/^\\( *\\)\\(node\\.\\)\\?name: node-1$/\\1\\2name: node-2/' ${install.pathConf}/elasticsearch.yml`,
  );
  const refs = { elasticPasswordRef: 'es/first/elastic', httpCaRef: 'es/first/http-ca' };
  const ask = async (path: string, more = '') => {
    const out = await secured.run(
      `curl -s --max-time 60 --cacert ${conf}/certs/http_ca.crt --config - ${more} 'https://localhost:9200${path}'`,
      { stdin: `user = "elastic:${password}"\n` },
    );
    return out.stdout;
  };
  await waitFor('the secured node', 180_000, async () =>
    /green|yellow/.test(await ask('/_cat/health?h=status')) ? true : undefined,
  );
  return {
    secured,
    securedConf: conf,
    bench,
    ask,
    teach: async (context) => {
      await context.secrets.put(refs.elasticPasswordRef, new Secret(password), 'login');
      await context.secrets.put(refs.httpCaRef, new Secret(ca), 'authority');
    },
    change: {
      kind: 'es-enrollment',
      install,
      issuer: { hostId: 'first', address: secured.address, port: 9200, ...refs },
      elasticPasswordRef: 'es/lab/elastic',
      httpCaRef: 'es/lab/http-ca',
      removeSettings: ['xpack.security.enabled'],
      setAsideData: true,
      endEnrollment: true,
    },
  };
}
