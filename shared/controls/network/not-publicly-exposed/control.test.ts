import { controlTable } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const bound = (address: string) => ({ listeners: [{ address, port: 9200, pid: 700 }] });

controlTable(control, {
  pass: [
    { name: 'restricted', facts: factsOf(healthy) },
    { name: 'loopback', facts: factsOf(open, bound('::1')) },
    { name: 'a private address', facts: factsOf(open, bound('192.168.4.1')) },
  ],
  fail: [
    { name: 'every address', facts: factsOf(open), says: /Port 9200 listens on every address and Port 9300/ },
    {
      name: 'sources that cover nearly everything',
      facts: factsOf(open, {
        firewall: {
          ...open.firewall,
          ports: [9200, 9300].map((port) => ({
            port,
            access: 'sources' as const,
            sources: ['0.0.0.0/1', '128.0.0.0/2'],
          })),
        },
      }),
      says: /large part of all addresses \(0\.0\.0\.0\/1, 128\.0\.0\.0\/2\)/,
    },
    { name: 'a public address', facts: factsOf(open, bound('203.0.113.7')), says: /203\.0\.113\.7/ },
    { name: 'a public IPv6 address', facts: factsOf(open, bound('2001:db8::7')) },
  ],
  unknown: [
    { name: 'not listening', facts: factsOf(open, { listeners: [] }), says: /Start it/ },
    { name: 'rules not followed', facts: factsOf(open, { firewall: { ...open.firewall, ports: [] } }) },
    {
      name: 'a port for remote clusters that no rule names',
      facts: factsOf(healthy, {
        listeners: [...healthy.listeners, { address: '0.0.0.0', port: 9443, pid: 700 }],
      }),
    },
    { name: 'not readable', facts: without(healthy, 'firewall') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'listeners') }],
});
