/** What makes an account Elasticsearch's own. */
import type { Account } from '../domain/facts.ts';
import { isLoginShell } from '../text/accounts.ts';

/** Accounts that come with the system or with other services; who shares one with them shares their files. */
const others = new Set([
  'nobody',
  'daemon',
  'bin',
  'sys',
  'games',
  'man',
  'lp',
  'mail',
  'news',
  'uucp',
  'proxy',
  'www-data',
  'backup',
  'list',
  'irc',
  'apache',
  'httpd',
  'nginx',
  'tomcat',
  'jetty',
  'postgres',
  'mysql',
  'mongodb',
  'redis',
  'rabbitmq',
  'kibana',
  'logstash',
  'jenkins',
  'git',
  'ftp',
  'sshd',
  'systemd-network',
  'messagebus',
  'ubuntu',
  'debian',
  'ec2-user',
  'centos',
  'admin',
  'vagrant',
]);

/** Why the account is not Elasticsearch's own, to follow "runs as x, …"; `undefined` when it is. */
export function whyNotDedicated(account: Account): string | undefined {
  if (account.uid === 0) return 'which is root';
  if (others.has(account.name)) return 'which belongs to the system or to another service';
  if (account.name.startsWith('elastic')) return undefined;
  const canLogIn =
    isLoginShell(account.shell) &&
    (account.password === 'set' || account.password === 'empty' || account.authorizedKeys.length > 0);
  if (canLogIn) return 'with which somebody can log in';
  if (account.uid >= 1000 && account.sudoRules.length > 0) return 'which has sudo rights';
  return undefined;
}

/** Whether somebody logs in with it cannot be told: what would show it is readable by root only. */
export function isUnclear(account: Account): boolean {
  return account.password === 'unknown' && isLoginShell(account.shell) && !account.name.startsWith('elastic');
}

/** For certain: an account that may be a person's does not count. */
export function isDedicated(account: Account): boolean {
  return whyNotDedicated(account) === undefined && !isUnclear(account);
}
