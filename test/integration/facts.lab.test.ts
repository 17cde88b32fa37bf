/**
 * Facts and findings on real hosts with the real Elasticsearch: what each scenario must show, what it must not, and that
 * looking costs one exec and changes nothing. Other tools on the host confirm what the facts say.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { type Lab, type LabHost, openLab, type ScenarioName, type VariantName } from '../lab/index.ts';
import { type Look, look, outcomes, summaryOf } from '../support/lab-look.ts';
import { withoutKibana } from '../support/without-kibana.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab?.down();
});

/** A container cannot tell whether its disk is encrypted or what is swapped; one node has no other one to agree with; there is no Kibana. */
const undecidable = {
  'es-data-encrypted': 'unknown',
  'swap-safe': 'unknown',
  'consistent-security': 'not-applicable',
  'node-own-key': 'not-applicable',
  ...withoutKibana,
} as const;
const openNetwork = {
  'firewall-active': 'fail',
  'http-port-restricted': 'fail',
  'not-publicly-exposed': 'fail',
} as const;
/** Without TLS there are no certificates, and no keys. */
const noTls = {
  'certificate-expiry': 'not-applicable',
  'certificate-names': 'not-applicable',
  'certificate-strength': 'not-applicable',
  'transport-verification': 'not-applicable',
  protocols: 'not-applicable',
  'cipher-suites': 'not-applicable',
  'ca-key-off-node': 'not-applicable',
  'certificate-trust': 'not-applicable',
  'http-client-certificate': 'not-applicable',
} as const;
/** Nobody answers, so what would be offered is not known. */
const silentTls = {
  'transport-verification': 'unknown',
  protocols: 'unknown',
  'cipher-suites': 'unknown',
  'certificate-trust': 'unknown',
} as const;
/** The files of both show nobody in the file realm, and a keystore without a password. */
const quiet = { 'leftover-tool-users': 'pass', 'keystore-password': 'not-applicable' } as const;
/** What a node tells to a login only. */
const identities = (outcome: Outcome) => ({
  'seed-password-retired': outcome,
  'superuser-count': outcome,
  'role-least-privilege': outcome,
  'api-keys-expire': outcome,
});
const openNode = {
  ...undecidable,
  ...quiet,
  // Nobody is asked for a password, so there is no right or wrong way to ask.
  'not-half-secured': 'not-applicable',
  'anonymous-disabled': 'not-applicable',
  'enrollment-disabled': 'not-applicable',
  ...identities('not-applicable'),
  'password-hashing': 'pass',
  // There is no index of users and keys yet.
  'security-index-closed': 'pass',
  ...openNetwork,
  ...noTls,
  'es-service-user': 'fail',
  'es-account-locked': 'fail',
  'es-config-permissions': 'fail',
  'security-enabled': 'fail',
  'transport-tls': 'fail',
  'http-tls': 'fail',
  'builtin-passwords': 'fail',
  'keystore-present': 'fail',
  'no-plaintext-secrets': 'fail',
} as const;
const own = {
  'es-service-user': 'pass',
  'es-account-locked': 'pass',
  'es-config-permissions': 'pass',
  'keystore-present': 'pass',
  'no-plaintext-secrets': 'pass',
} as const;
const secured = {
  ...undecidable,
  ...own,
  ...quiet,
  'security-index-closed': 'pass',
  'certificate-trust': 'pass',
  'http-client-certificate': 'not-applicable',
  'not-half-secured': 'pass',
  'anonymous-disabled': 'pass',
  // As Elasticsearch's own set-up leaves it.
  'enrollment-disabled': 'fail',
  ...identities('pass'),
  'password-hashing': 'pass',
  'security-enabled': 'pass',
  'transport-tls': 'pass',
  'http-tls': 'pass',
  'builtin-passwords': 'pass',
  'certificate-expiry': 'pass',
  // The node was set up under the name and addresses of another machine.
  'certificate-names': 'fail',
  'certificate-strength': 'pass',
  'transport-verification': 'pass',
  protocols: 'pass',
  'cipher-suites': 'pass',
  // Enrolling further nodes needs it, so the set-up leaves it there.
  'ca-key-off-node': 'fail',
} as const;

const expected: readonly (readonly [ScenarioName, Readonly<Record<string, Outcome>>])[] = [
  ['open-fresh', openNode],
  ['open-with-data', openNode],
  ['open-fresh-7', openNode],
  ['open-fresh-9', openNode],
  ['conf-elsewhere', openNode],
  [
    'never-started',
    {
      ...openNode,
      ...silentTls,
      'not-publicly-exposed': 'unknown',
      'no-plaintext-secrets': 'pass',
      'not-half-secured': 'unknown',
      'security-index-closed': 'unknown',
      'anonymous-disabled': 'unknown',
      ...identities('unknown'),
      'enrollment-disabled': 'unknown',
      'password-hashing': 'unknown',
    },
  ],
  [
    'half-secured',
    {
      ...openNode,
      // Nobody may ask it which nodes its cluster has.
      'consistent-security': 'unknown',
      'not-half-secured': 'fail',
      'anonymous-disabled': 'pass',
      ...identities('unknown'),
      // Nor with which settings it runs.
      'enrollment-disabled': 'unknown',
      'password-hashing': 'unknown',
      'security-enabled': 'pass',
      'builtin-passwords': 'unknown',
      'keystore-present': 'pass',
      'no-plaintext-secrets': 'pass',
    },
  ],
  [
    'auto-then-off',
    {
      ...openNode,
      'keystore-present': 'pass',
      'no-plaintext-secrets': 'pass',
      // The stores of the set-up are still there, and a node without security lists them to nobody.
      'ca-key-off-node': 'unknown',
    },
  ],
  ['package-default', { ...secured, ...openNetwork }],
  [
    'healthy',
    { ...secured, 'firewall-active': 'pass', 'http-port-restricted': 'pass', 'not-publicly-exposed': 'pass' },
  ],
];

describe.each(expected)('%s', (scenario, wanted) => {
  let seen: Look;
  let before: string;
  /** Every file around Elasticsearch with its times, and the rules: a look must leave them as they are. */
  const everything = (host: LabHost) =>
    host
      .run(
        'find /etc /opt/elasticsearch*/config /srv /root /home /tmp /var/tmp -xdev -not -path "*/ssh_host*" -printf "%p %m %u %g %s %T@\\n" 2>/dev/null | grep -v "hsperfdata\\|elasticsearch-[0-9]*$" | sort | sha256sum; nft list ruleset',
      )
      .then((ran) => ran.stdout);

  beforeAll(async () => {
    const host = await lab.up(scenario);
    before = await everything(host);
    seen = await look(host);
  });
  afterAll(async () => {
    await seen?.host.down();
  });

  it('shows what it is', () => {
    expect(outcomes(seen)).toEqual(wanted);
  });

  it('costs one connection, one exec, nine round trips and a few tunnels', () => {
    const { connections, execs, roundTrips, tunnels } = seen.cost;
    expect({ connections, execs }).toEqual({ connections: 1, execs: 1 });
    // Each tunnel waits for its channel and its answer, and for at most one TLS handshake.
    expect(roundTrips - tunnels * 4).toBeLessThanOrEqual(9);
    // A secured node is asked twelve times, lists its certificates, and tells a login who may log in by five more; three
    // greetings go to each port that speaks TLS.
    expect(tunnels).toBeLessThanOrEqual(24);
  });

  it('is left as it was', async () => {
    expect(await everything(seen.host)).toBe(before);
  });

  it('gives the same digest at the next look', async () => {
    expect((await look(seen.host)).gathered.factsDigest).toBe(seen.gathered.factsDigest);
  });

  it('shows no secret of the host', async () => {
    const text = JSON.stringify([seen.gathered.facts, seen.scan]);
    for (const secret of [seen.host.elasticPassword, seen.host.password].filter((one) => one !== undefined))
      expect(text).not.toContain(secret);
    const clear = await seen.host.run(
      "sed -n 's/.*bind_password: *//p' /opt/elasticsearch*/config/elasticsearch.yml /srv/search/conf/elasticsearch.yml 2>/dev/null",
    );
    for (const secret of clear.stdout.split('\n').filter((line) => line !== ''))
      expect(text).not.toContain(secret.replaceAll(/^["']|["']$/g, ''));
    expect(text).not.toMatch(/\$(?:y|6|5)\$/);
  });

  it('agrees with other tools on the host', async () => {
    const install = knownValue(seen.gathered.facts['es-install']);
    const process = knownValue(seen.gathered.facts['es-process']);
    if (!install) throw new Error('no installation');
    const stat = await seen.host.run(
      `stat -c '%a %U:%G' ${install.pathConf}; sha256sum < ${install.pathConf}/elasticsearch.yml`,
    );
    const [mode = '', digest = ''] = stat.stdout.split('\n');
    const conf = knownValue(seen.gathered.facts['es-files'])?.find((file) => file.path === install.pathConf);
    expect(`${Number(conf?.mode)} ${conf?.owner}:${conf?.group}`).toBe(mode);
    expect(knownValue(seen.gathered.facts['es-settings'])?.digest).toBe(digest.slice(0, 64));
    if (process)
      expect((await seen.host.run(`ps -o user= -p ${process.pid}`)).stdout.trim()).toMatch(
        new RegExp(`^${process.user.slice(0, 7)}`),
      );
  });
});

describe('hosts with habits', () => {
  const on = async (
    scenario: ScenarioName,
    variants: readonly VariantName[],
    check: (seen: Look) => void | Promise<void>,
  ) => {
    const host = await lab.up(scenario, { variants });
    try {
      await check(await look(host));
    } finally {
      await host.down();
    }
  };

  it('BusyBox shows the same', () =>
    on('open-fresh', ['busybox'], (seen) => expect(outcomes(seen)).toEqual(openNode)));

  it('one session per connection and no curl make no difference', () =>
    on('open-fresh', ['max-sessions-1', 'no-curl'], (seen) => expect(outcomes(seen)).toEqual(openNode)));

  it('sudo with a password costs no more', () =>
    on('open-fresh', ['sudo-password'], (seen) => {
      expect(outcomes(seen)).toEqual(openNode);
      expect(seen.cost.execs).toBeLessThanOrEqual(2);
    }));

  it.each(['sudo-forbidden', 'sudo-missing', 'sudo-needs-terminal'] as const)(
    'with %s what needs root is unknown and says so, nothing passes by it',
    (variant) =>
      on('open-fresh', [variant], (seen) => {
        const found = outcomes(seen);
        expect(found['security-enabled']).toBe('fail');
        expect(found['firewall-active']).toBe('unknown');
        expect(found['es-service-user']).toBe('unknown');
        // What an open node tells everybody; its settings lie open on this careless host.
        const passed = Object.keys(found).filter((id) => found[id] === 'pass');
        expect(passed).toEqual(['password-hashing', 'security-index-closed']);
        expect(found['leftover-tool-users']).toBe('unknown');
        expect(summaryOf(seen, 'firewall-active')).toMatch(/root only.*sudo/);
      }),
  );

  it('without Elasticsearch nothing applies', () =>
    on('bare', [], (seen) => {
      expect(new Set(Object.values(outcomes(seen)))).toEqual(new Set(['not-applicable']));
    }));

  it('a node’s refusals prove nothing without a login', async () => {
    const host = await lab.up('healthy');
    const seen = await look(host, { credential: false });
    expect(outcomes(seen)).toMatchObject({
      'builtin-passwords': 'unknown',
      'security-enabled': 'pass',
      'http-tls': 'pass',
    });
    await host.down();
  });

  it('a stopped node is judged by its settings where that is possible, and never passes for what only a running one shows', async () => {
    const host = await lab.up('healthy');
    await host.run('systemctl stop elasticsearch');
    const seen = await look(host);
    expect(outcomes(seen)).toMatchObject({
      'security-enabled': 'unknown',
      'http-tls': 'unknown',
      'transport-tls': 'unknown',
      'builtin-passwords': 'unknown',
      'es-service-user': 'pass',
    });
    await host.down();
  });

  it('a settings file that is no YAML is an error and not a pass', async () => {
    const host = await lab.up('healthy');
    await host.run("printf 'a: [\\n' >>/etc/elasticsearch/elasticsearch.yml");
    const seen = await look(host);
    expect(outcomes(seen)).toMatchObject({
      'security-enabled': 'error',
      'http-tls': 'error',
      'es-config-permissions': 'pass',
    });
    await host.down();
  });
});
