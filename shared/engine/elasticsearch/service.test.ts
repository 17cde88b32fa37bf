import { describe, expect, it } from 'vitest';
import { parseUnit, startFailed } from './service.ts';

const shown = `LoadState=loaded
ActiveState=activating
SubState=auto-restart
Result=exit-code
MainPID=0
NRestarts=3
ExecMainStatus=78
UnitFileState=enabled
User=elasticsearch
Group=
EnvironmentFiles=/etc/default/elasticsearch (ignore_errors=yes)
EnvironmentFiles=/etc/other file (ignore_errors=no)
LimitNOFILE=65535
LimitMEMLOCK=infinity
PrimaryGroup=elastic
`;

describe('parseUnit', () => {
  it('reads state and properties', () => {
    const unit = parseUnit(shown);
    expect(unit.loaded).toBe(true);
    expect(unit.state).toMatchObject({ active: 'activating', restarts: 3, exitStatus: 78, enabled: true });
    expect(unit.properties).toMatchObject({
      user: 'elasticsearch',
      group: 'elastic',
      environmentFiles: ['/etc/default/elasticsearch', '/etc/other file'],
    });
  });

  it('takes a unit without user for root', () => {
    expect(parseUnit('LoadState=not-found\nUser=\n')).toMatchObject({
      loaded: false,
      properties: { user: 'root' },
    });
  });
});

describe('startFailed', () => {
  const good = {
    active: 'active',
    sub: 'running',
    result: 'success',
    mainPid: 5,
    restarts: 1,
    exitStatus: 0,
    enabled: true,
  };

  it('sees what systemd has given up or tries again', () => {
    expect(startFailed(good, 1)).toBe(false);
    expect(startFailed({ ...good, active: 'activating', sub: 'start' }, 1)).toBe(false);
    expect(startFailed({ ...good, active: 'failed' }, 1)).toBe(true);
    expect(startFailed({ ...good, sub: 'auto-restart' }, 1)).toBe(true);
    expect(startFailed(good, 0)).toBe(true);
    expect(startFailed({ ...good, active: 'inactive', result: 'exit-code' }, 1)).toBe(true);
    expect(startFailed({ ...good, active: 'inactive' }, 1)).toBe(false);
  });
});
