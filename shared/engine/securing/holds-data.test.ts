/** Data of a secured node goes only when the node itself says that nobody's is among it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../test/integration/es-installs.ts';
import { testContext } from '../../../test/support/change-harness.ts';
import { NodeHost } from '../../../test/support/node-host.ts';
import { succeed } from '../../domain/result.ts';
import { holdsData } from './holds-data.ts';

const install = { ...installOn('package-default'), httpPort: 9200 };

let host: NodeHost;
beforeEach(() => {
  host = new NodeHost();
  host.place(`${install.pathConf}/certs/http_ca.crt`, 'the CA\n');
});
afterEach(() => host.remove());

const empty: Readonly<Record<string, unknown>> = {
  '/_cluster/health': { number_of_nodes: 1 },
  '/_cat/indices': [{ index: '.security-7' }],
  '/_security/user': { elastic: { metadata: { _reserved: true } } },
  '/_security/role': {},
  '/_security/role_mapping': {},
  '/_security/api_key': { api_keys: [] },
};

/** @param silent how many requests about accounts the node answers with 503 at first */
function node(more: Readonly<Record<string, unknown>> = {}, silent = 0): void {
  let refusals = silent;
  host.answer = ({ path }) => {
    const name = path.split('?')[0] ?? '';
    const down = name.startsWith('/_security') && refusals > 0;
    if (down) refusals -= 1;
    const body = new TextEncoder().encode(JSON.stringify({ ...empty, ...more }[name] ?? {}));
    return succeed({ status: down ? 503 : 200, headers: {}, body });
  };
}

const held = () => holdsData({ install, elasticPasswordRef: 'elastic' }, testContext(host));

it('nothing, where there is nobody but those that Elasticsearch made', async () => {
  node();
  expect(await held()).toBe(false);
});

it('nothing, where the index of accounts comes up while it is asked', async () => {
  node({}, 5);
  expect(await held()).toBe(false);
});

it('in doubt something: a node that never tells', async () => {
  node({}, 10_000);
  expect(await held()).toBe(true);
  host.answer = undefined;
  expect(await held()).toBe(true);
});

it.each<Readonly<Record<string, unknown>>>([
  { '/_cat/indices': [{ index: '.security-7' }, { index: 'orders' }] },
  { '/_security/user': { ada: { metadata: {} } } },
  { '/_security/role': { reader: { metadata: {} } } },
  { '/_security/role_mapping': { corp: {} } },
  { '/_security/api_key': { api_keys: [{ id: 'a' }] } },
])('an index, a user, a role, a mapping, a key: %j', async (more) => {
  node(more);
  expect(await held()).toBe(true);
});
