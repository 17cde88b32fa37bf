import { type KindFile, matrixKind } from '../contract.ts';

const names = 'passwd shadow group gshadow subuid subgid';

/** The lab's accounts as they were, from a copy that the first preparation made. */
const restore = `k=/root/kept
if [ ! -d $k ]; then
  echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy; chmod 440 /etc/sudoers.d/deploy
  echo "deploy:$(openssl passwd -6 -salt matrix secret)" | chpasswd -e; usermod -aG adm deploy
  mkdir $k; cp -a /home/deploy $k/home; cp -a /etc/sudoers.d/deploy $k/sudoers
  for n in ${names}; do cp -a /etc/$n $k/; done
fi
for n in ${names}; do cp -a $k/$n /etc/$n; rm -f /etc/$n.lock; done
find /etc -maxdepth 1 -name '.pwd.lock' -size 0 -delete; find /etc/sudoers.d -name '*deploy*' -delete; cp -a $k/sudoers /etc/sudoers.d/deploy
find /home/deploy -mindepth 1 -delete; cp -a $k/home/. /home/deploy/`;

const witness = `cd /etc; for n in ${names}; do cat $n; stat -c '%n %U:%G %a' $n; done
find /home/deploy /etc/sudoers.d -printf '%y %u:%g %m %p %l\\n' | sort; find /home/deploy /etc/sudoers.d -type f -exec b2sum {} + | sort -k2
id deploy; id searchd 2>&1 || true`;

const edit = 'useradd --no-create-home --shell /usr/sbin/nologin --uid 1500 other';

export const kinds: KindFile = [
  matrixKind<'account'>({
    kind: 'account',
    variant: 'create',
    scenario: 'bare',
    prepare: restore,
    change: () =>
      Promise.resolve({
        kind: 'account',
        user: 'searchd',
        action: { do: 'create-system', group: 'searchd', shell: '/usr/sbin/nologin', home: '/nonexistent' },
      }),
    witness,
    folders: ['/etc'],
    edit,
    atomic: false,
    caseSeconds: 5,
  }),
  matrixKind<'account'>({
    kind: 'account',
    variant: 'lock',
    scenario: 'bare',
    prepare: restore,
    change: () =>
      Promise.resolve({
        kind: 'account',
        user: 'deploy',
        action: {
          do: 'lock',
          shell: '/usr/sbin/nologin',
          leaveGroups: ['adm'],
          authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
          sudoersFiles: ['/etc/sudoers.d/deploy'],
        },
      }),
    witness,
    folders: ['/etc', '/home/deploy'],
    edit,
    atomic: false,
    caseSeconds: 5,
  }),
];
