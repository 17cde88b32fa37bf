import { controlTable } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const loopback = [{ address: '127.0.0.1', port: 9200, pid: 700 }];
const seen = (state: 'clear' | 'filtered') => ({
  ports: [{ port: 9200, state, answersStranger: 'no' as const, detail: '' }],
});
const rules = (access: 'everyone' | 'nobody' | 'undecided') => ({
  ...healthy.firewall,
  ports: [{ port: 9200, access, sources: [] }],
});

const openTo = (...sources: readonly string[]) => ({
  ...healthy.firewall,
  ports: [{ port: 9200, access: 'sources' as const, sources: [...sources] }],
});

controlTable(control, {
  pass: [
    { name: 'chosen sources', facts: factsOf(healthy), says: /10\.1\.0\.1/ },
    {
      name: 'loopback',
      facts: factsOf(open, { listeners: loopback, outside: seen('filtered') }),
      says: /loopback/,
    },
    { name: 'closed', facts: factsOf(healthy, { firewall: rules('nobody'), outside: seen('filtered') }) },
    { name: 'nobody looked from outside', facts: without(healthy, 'outside') },
  ],
  fail: [
    { name: 'everyone', facts: factsOf(open), says: /everyone/ },
    {
      name: 'two halves of everything',
      facts: factsOf(healthy, { firewall: openTo('0.0.0.0/1', '128.0.0.0/1') }),
      says: /0\.0\.0\.0\/1.*restricts next to nobody/,
    },
    {
      name: 'half of IPv6 beside one address',
      facts: factsOf(healthy, { firewall: openTo('10.1.0.1/32', '::/1') }),
      says: /restricts next to nobody/,
    },
    {
      name: 'inside and outside disagree',
      facts: factsOf(healthy, { firewall: rules('nobody'), outside: seen('clear') }),
      says: /disagree/,
    },
    {
      name: 'loopback, and yet reached',
      facts: factsOf(open, { listeners: loopback, outside: seen('clear') }),
      says: /disagree/,
    },
  ],
  unknown: [
    {
      name: 'a source that cannot be read',
      facts: factsOf(healthy, { firewall: openTo('10.1.0.1/32', '@clients') }),
    },
    { name: 'rules not followed', facts: factsOf(healthy, { firewall: rules('undecided') }) },
    {
      name: 'port not among the watched',
      facts: factsOf(healthy, { firewall: { ...healthy.firewall, ports: [] } }),
    },
    { name: 'rules not readable', facts: without(healthy, 'firewall') },
    { name: 'sockets not readable', facts: without(healthy, 'listeners') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'firewall') }],
});
