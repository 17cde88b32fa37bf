import { describe, expect, it } from 'vitest';
import { inboundDefault, portAccess } from './nft-access.ts';
import { type Json, parseNftRuleset } from './nft-ruleset.ts';

const table = 't';
const port = (right: Json, op = '=='): Json => ({
  match: { op, left: { payload: { protocol: 'tcp', field: 'dport' } }, right },
});
const saddr = (right: Json, op = '==', protocol = 'ip'): Json => ({
  match: { op, left: { payload: { protocol, field: 'saddr' } }, right },
});
const state = (...right: string[]): Json => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } });
const lo: Json = { match: { op: '==', left: { meta: { key: 'iif' } }, right: 'lo' } };
const yes: Json = { accept: null };
const no: Json = { drop: null };

function ruleset(
  rules: readonly Json[][],
  more: { policy?: string; hook?: string; family?: string; other?: Json[] } = {},
) {
  const { policy = 'drop', hook = 'input', family = 'inet', other = [] } = more;
  const parsed = parseNftRuleset(
    JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6' } },
        { chain: { family, table, name: 'in', type: 'filter', hook, prio: 0, policy } },
        ...rules.map((expr) => ({ rule: { family, table, chain: 'in', expr } })),
        ...other,
      ],
    }),
  );
  if (!parsed) throw new Error('not parsed');
  return parsed;
}

const usual = [
  [lo, yes],
  [state('established', 'related'), yes],
  [state('invalid'), no],
  [port(22), yes],
];

describe('portAccess', () => {
  it.each([
    ['no rules at all', ruleset([], { policy: 'accept' }), 'everyone', []],
    ['policy drop alone', ruleset([]), 'nobody', []],
    ['the usual beginning, port not named', ruleset(usual), 'nobody', []],
    ['port opened', ruleset([...usual, [port(9200), { counter: null }, yes]]), 'everyone', []],
    ['port opened in a range', ruleset([...usual, [port({ range: [9200, 9300] }), yes]]), 'everyone', []],
    ['port opened in a set', ruleset([...usual, [port({ set: [9200, 9300] }), yes]]), 'everyone', []],
    ['other port opened', ruleset([...usual, [port({ set: [9201, { range: [1, 9] }] }), yes]]), 'nobody', []],
    ['one source', ruleset([...usual, [saddr('10.1.2.3'), port(9200), yes]]), 'sources', ['10.1.2.3']],
    [
      'several sources, IPv6 too',
      ruleset([
        [saddr({ set: [{ prefix: { addr: '10.0.0.0', len: 8 } }, '1.2.3.4'] }), port(9200), yes],
        [saddr('fd00::1', '==', 'ip6'), port(9200), yes],
      ]),
      'sources',
      ['10.0.0.0/8', '1.2.3.4', 'fd00::1'],
    ],
    [
      'drop for all but one source',
      ruleset([[port(9200), saddr('10.0.0.1', '!='), no]], { policy: 'accept', family: 'ip' }),
      'everyone',
      [],
    ],
    [
      'accept policy with a closing rule',
      ruleset([[saddr('10.0.0.1'), yes], [no]], { policy: 'accept' }),
      'sources',
      ['10.0.0.1'],
    ],
    [
      'every address written as a range',
      ruleset([[saddr({ prefix: { addr: '0.0.0.0', len: 0 } }), port(9200), yes]]),
      'everyone',
      [],
    ],
    ['only IPv4 filtered', ruleset([], { family: 'ip' }), 'everyone', []],
    ['not the input hook', ruleset([], { hook: 'forward' }), 'everyone', []],
    [
      'rate limited accept',
      ruleset([[port(9200), { limit: { rate: 1, per: 'second' } }, yes]]),
      'undecided',
      [],
    ],
    [
      'rule of another kind',
      ruleset([[port(9200), { xt: { type: 'match', name: 'owner' } }, yes]]),
      'undecided',
      [],
    ],
    [
      'named interface',
      ruleset([
        [{ match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth0' } }, port(9200), yes],
      ]),
      'undecided',
      [],
    ],
    [
      'everything from loopback only',
      ruleset([[{ match: { op: '!=', left: { meta: { key: 'iifname' } }, right: 'lo' } }, port(9200), no]], {
        policy: 'accept',
      }),
      'nobody',
      [],
    ],
    [
      'UDP of the same number',
      ruleset([
        [{ match: { op: '==', left: { payload: { protocol: 'udp', field: 'dport' } }, right: 9200 } }, yes],
      ]),
      'nobody',
      [],
    ],
    ['only old connections', ruleset([[state('established'), port(9200), yes]]), 'nobody', []],
    ['new connections', ruleset([[state('new', 'established'), port(9200), yes]]), 'everyone', []],
    [
      'reject',
      ruleset([[port(9200), { reject: { type: 'tcp reset' } }]], { policy: 'accept' }),
      'nobody',
      [],
    ],
  ] as const)('%s', (_, rules, access, sources) => {
    expect(portAccess(rules, 9200)).toEqual({ access, sources });
  });

  it('follows jumps, verdict maps and named sets', () => {
    const other = [
      { chain: { family: 'inet', table, name: 'es' } },
      { rule: { family: 'inet', table, chain: 'es', expr: [saddr('@ok'), yes] } },
      { rule: { family: 'inet', table, chain: 'es', expr: [{ return: null }] } },
      {
        set: {
          family: 'inet',
          table,
          name: 'ok',
          type: 'ipv4_addr',
          elem: [{ elem: { val: '10.9.0.1', timeout: 5 } }, { range: ['10.8.0.1', '10.8.0.9'] }],
        },
      },
    ];
    const jump = ruleset([[port(9200), { jump: { target: 'es' } }]], { other });
    expect(portAccess(jump, 9200)).toEqual({ access: 'sources', sources: ['10.9.0.1', '10.8.0.1-10.8.0.9'] });
    const map = ruleset(
      [
        [
          {
            vmap: {
              key: { ct: { key: 'state' } },
              data: {
                set: [
                  ['established', yes],
                  ['invalid', no],
                ],
              },
            },
          },
        ],
        [
          {
            vmap: {
              key: { payload: { protocol: 'tcp', field: 'dport' } },
              data: {
                set: [
                  [22, yes],
                  [9200, { goto: { target: 'es' } }],
                ],
              },
            },
          },
        ],
      ],
      { other },
    );
    expect(portAccess(map, 9200).access).toBe('sources');
    expect(portAccess(map, 22).access).toBe('everyone');
    expect(portAccess(map, 9300).access).toBe('nobody');
    expect(portAccess(ruleset([[saddr('@gone'), port(9200), yes]]), 9200).access).toBe('undecided');
  });

  it('a later table may close what an earlier one opens', () => {
    const open = ruleset([[port(9200), yes]], {
      other: [{ chain: { family: 'inet', table: 'b', name: 'in', hook: 'input', prio: 10, policy: 'drop' } }],
    });
    expect(portAccess(open, 9200).access).toBe('nobody');
  });
});

describe('inboundDefault', () => {
  it.each([
    [ruleset(usual), 'drop'],
    [ruleset(usual, { policy: 'accept' }), 'accept'],
    [ruleset([[lo, yes], [no]], { policy: 'accept' }), 'drop'],
    [ruleset([], { hook: 'output' }), 'none'],
    [ruleset(usual, { family: 'ip' }), 'accept'],
  ] as const)('%#', (rules, verdict) => expect(inboundDefault(rules)).toBe(verdict));
});

it('does not take anything else for a rule set', () => {
  expect(parseNftRuleset('')).toBeUndefined();
  expect(parseNftRuleset('[]')).toBeUndefined();
  expect(parseNftRuleset('{"nftables":[')).toBeUndefined();
});
