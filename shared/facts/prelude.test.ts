/** Runs the prelude in a shell whose systemd is a stand-in that prints what a real one does, on a machine without a node that runs. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { prelude } from './prelude.ts';

/** As `systemctl show` of systemd 252 prints it; the arguments repeat the path. */
const shown = (home: string, more: string) => `LoadState=loaded
User=search
ExecStart={ path=${home}/bin/elasticsearch ; argv[]=${home}/bin/elasticsearch${more} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`;

const standIns = `
grep() { case $* in *'^ExecStart='*) echo /etc/systemd/system/search.service ;; *) command grep "$@" ;; esac; }
systemctl() { case $* in *LoadState*) printf '%s\\n' "$shown" ;; esac; }
`;

function homeOf(show: string): string | undefined {
  const script = `${standIns}\n${prelude.replace('/proc/[0-9]*', '/nowhere/[0-9]*')}`;
  const { stdout } = spawnSync('/bin/sh', ['-c', script], {
    env: { PATH: process.env['PATH'], shown: show },
    encoding: 'utf8',
  });
  return /^ES_HOME=(.*)$/m.exec(stdout)?.[1];
}

it.each([
  ['without arguments', ''],
  ['with arguments', ' -p /run/search/pid --quiet'],
  ['with another program among them', ' -Epath.hook=/opt/other/bin/hook'],
])('the folder of a node that does not run is that of its program, %s', (_, more) => {
  expect(homeOf(shown('/opt/elasticsearch-8.19.21', more))).toBe('/opt/elasticsearch-8.19.21');
});
