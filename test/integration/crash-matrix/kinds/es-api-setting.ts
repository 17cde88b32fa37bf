import { installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { nodeUp, put, url } from '../open-node.ts';

export const kinds: KindFile = [
  matrixKind<'es-api-setting'>({
    kind: 'es-api-setting',
    scenario: 'open-fresh',
    // No transient one: it is gone after every restart of the node, whoever restarts it.
    prepare: `${nodeUp}
${put({ persistent: { '*': null }, transient: { '*': null } })}
${put({ persistent: { 'search.default_search_timeout': '7s' } })}`,
    change: () =>
      Promise.resolve({
        kind: 'es-api-setting',
        install: installOn('open-fresh'),
        settings: [
          { key: 'action.destructive_requires_name', value: true },
          { key: 'search.default_search_timeout', value: '30s' },
        ],
      }),
    witness: `${nodeUp}
curl -sf '${url}/_cluster/settings?flat_settings=true&pretty'`,
    // The node writes them into its own data, which cannot be moved to a small file system while it runs.
    folders: [],
    edit: put({ persistent: { 'indices.recovery.max_bytes_per_sec': '41mb' } }),
    atomic: true,
    slow: true,
    caseSeconds: 8,
  }),
];
