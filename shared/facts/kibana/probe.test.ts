/** Runs the probe in a shell whose systemd is a stand-in that prints what a real one does. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { kibanaProbe } from './probe.ts';

/** As `systemctl show` of systemd 252 prints it; the arguments repeat the path. */
const shown = (home: string, more = '') => `MainPID=0
ExecStart={ path=${home}/bin/kibana ; argv[]=${home}/bin/kibana${more} ; ignore_errors=no ; start_time=[Sun 2026-01-04 10:21:03 UTC] ; stop_time=[n/a] ; pid=70 ; code=(null) ; status=0/0 }
User=kibana
LoadState=loaded`;
const standIns = `
section() { printf '@@ %s\\n' "$*"; }
plain() { cat; }
grep() { case $* in *ExecStart*) echo /etc/systemd/system/kibana.service ;; *) command grep "$@" ;; esac; }
systemctl() { case $* in *LoadState*) printf '%s\\n' "$shown" ;; esac; }
`;

function homeOf(show: string): string | undefined {
  const { stdout } = spawnSync('/bin/sh', ['-c', `${standIns}\n${kibanaProbe}`], {
    env: { PATH: process.env['PATH'], shown: show },
    encoding: 'utf8',
  });
  return /^home=(.*)$/m.exec(stdout)?.[1];
}

describe('the folder of Kibana, from its unit', () => {
  it.each([
    ['without arguments', ''],
    ['with arguments', ' --allow-root -c /etc/kibana/kibana.yml'],
    ['with another program among the arguments', ' --plugin /opt/other/bin/kibana'],
  ])('is the one of the program, %s', (_, more) => {
    expect(homeOf(shown('/usr/share/kibana', more))).toBe('/usr/share/kibana');
    expect(homeOf(shown('/opt/kibana-8.19.21', more))).toBe('/opt/kibana-8.19.21');
  });
});
