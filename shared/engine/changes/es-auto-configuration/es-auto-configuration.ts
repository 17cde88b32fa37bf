/**
 * Secures an open node without data: authentication, TLS on both layers, keystore, a password of `elastic` that is in the
 * vault before the host is touched. Prepared and rehearsed beside the running node, then switched by the host itself,
 * which ends in a secured node that answers or in the old one.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { isOn, readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import { leftoverWords, toolLeftovers } from '../../elasticsearch/tool-leftovers.ts';
import { readFile } from '../../host-files.ts';
import { afterWriting } from '../../host-script.ts';
import { describeReturn } from './describe-return.ts';
import { namesIn, readEntries } from './entries.ts';
import { packImage, readImage } from './image.ts';
import { checkPreconditions } from './preconditions.ts';
import { leftovers, prepare, startSeconds } from './prepare.ts';
import { revertToOpen } from './revert.ts';
import { caPath, checkFiles, pinnedDoor, shortcomings, storePassword } from './secured.ts';
import { awaitSwitch, forgetSwitch, notReturned, readSwitch } from './switch.ts';
import { forgetPassword, newPassword } from './vault-password.ts';
import { dataAside, dropPaths, existing } from './wrapper.ts';

type Change = ChangeOf<'es-auto-configuration'>;

/** A secured node whose password is in the vault, and nothing of this step unfinished. */
async function isSecured(change: Change, context: ChangeContext): Promise<Result<boolean>> {
  const read = readYamlSettings((await readYml(context, change.install.pathConf)) ?? '');
  const on = [
    'xpack.security.enabled',
    'xpack.security.http.ssl.enabled',
    'xpack.security.transport.ssl.enabled',
  ];
  if (!read.ok || !on.every((key) => isOn(settingValue(read.settings, key)))) {
    return succeed(false);
  }
  const password = await context.secrets.get(change.elasticPasswordRef);
  if (!password.ok) {
    return succeed(false);
  }
  const missing = await shortcomings(context, change.install, password.value);
  if (!missing.ok || missing.value.length > 0) {
    return missing.ok ? succeed(false) : missing;
  }
  const files = await checkFiles(context, change.install);
  return files.ok ? succeed(files.value === undefined) : files;
}

/** Removes what was prepared. Where that cannot be done either, it is left to undoing: the host is not as it was. */
async function nothingSwitched(
  change: Change,
  context: ChangeContext,
  error: AppError,
): Promise<Result<never>> {
  const dropped = await dropPaths(context, leftovers(change, context));
  if (!dropped.ok) {
    return fail({ ...error, hostState: 'changed' });
  }
  await forgetPassword(change, context);
  return fail({ ...error, hostState: 'unchanged' });
}

/** The link broke before the switch was ordered: a script under way is given time, then what it left is removed. */
async function neverBegun(change: Change, context: ChangeContext, error: AppError): Promise<Result<Mark>> {
  await context.clock.sleep(5000, context.signal);
  const standing = await readSwitch(context.host, context.tag);
  if (!standing.ok || standing.value.state !== 'none') {
    return fail(error);
  }
  return await nothingSwitched(change, context, error);
}

async function finish(change: Change, password: Secret, context: ChangeContext): Promise<Result<Mark>> {
  const { install } = change;
  context.progress('Storing the password of elastic', 'applying');
  const stored = await storePassword(context, install, { type: 'basic', user: 'elastic', password });
  const door = stored.ok ? await pinnedDoor(context, install) : stored;
  if (!door.ok) {
    return door;
  }
  const kept = await context.secrets.put(
    change.httpCaRef,
    new Secret(door.value.caPem),
    `CA of ${context.host.hostId}'s HTTP certificate`,
  );
  if (!kept.ok) {
    return kept;
  }
  const dropped = await dropPaths(context, leftovers(change, context), true);
  const forgotten = dropped.ok ? await forgetSwitch(context.host, context.tag) : dropped;
  return forgotten.ok ? await markOf(change, context) : forgotten;
}

/** Digests of what the step wrote, and the names of the data directories that it set aside (not secret). */
async function markOf(change: Change, context: ChangeContext): Promise<Result<Mark>> {
  const mark: Record<string, string> = {};
  for (const [name, path] of [
    ['yml', `${change.install.pathConf}/elasticsearch.yml`],
    ['keystore', `${change.install.pathConf}/elasticsearch.keystore`],
    ['httpCa', caPath(change.install)],
  ] as const) {
    const file = await readFile(context.host, path);
    if (!file.ok) {
      return file;
    }
    mark[name] = file.value === 'absent' ? 'absent' : context.digest.sha256(file.value.bytes);
  }
  const asides = [false, true].flatMap((mount) =>
    change.install.pathData.map((path) => dataAside({ path, mount }, context.tag).aside),
  );
  const kept = await existing(context, asides);
  return kept.ok ? succeed({ ...mark, setAside: kept.value.join(', ') }) : kept;
}

export const esAutoConfiguration: ChangeKind<'es-auto-configuration'> = {
  kind: 'es-auto-configuration',

  byHand: (change) => [
    {
      do: 'left',
      text: `securing Elasticsearch cannot be taken back by hand: certificates, keystore, settings and passwords belong together, and opening the node again would show its data. It goes on working secured. To get in, run ${change.install.home}/bin/elasticsearch-reset-password -u elastic. To open it again use Bulwark with the workspace, or a backup of ${change.install.pathConf}`,
    },
  ],

  describe(change) {
    return {
      title: 'secure Elasticsearch: authentication, TLS, keystore and a new password of elastic',
      words: [
        'Keys, certificates and settings are made by Elasticsearch itself in a copy of its configuration and tried once beside the running node.',
        'Then the host stops the node, puts the copy in place and starts it. If it does not come up, the host puts the old configuration back by itself.',
        ...(change.setAsideData
          ? [
              `The data directory holds no index of yours. It is set aside and kept as ${change.install.pathData.map((path) => `${path}.set-aside-…`).join(', ')}; the node begins with an empty one, so cluster settings, templates and users made so far are not taken over.`,
            ]
          : []),
        'Afterwards every client needs https, the CA certificate and a password. The password of elastic and the CA are in the vault.',
        'Taking this back makes the node answer everybody again and starts it with its old data; passwords and keys of the secured node then count as disclosed.',
      ],
      blast: 'full',
      outageSeconds: 60,
      guarded: false,
    };
  },

  async inspect(change, context) {
    const secured = await isSecured(change, context);
    if (!secured.ok) {
      return secured;
    }
    if (secured.value) {
      return succeed({ inPlace: true, diffs: [], words: [] });
    }
    const possible = await checkPreconditions(change, context);
    if (!possible.ok) {
      return possible;
    }
    const entries = await readEntries(context, change.install.pathConf);
    if (!entries.ok) {
      return entries;
    }
    const yml = (await readYml(context, change.install.pathConf)) ?? '';
    const read = readYamlSettings(yml);
    const gone = read.ok
      ? read.settings.filter((setting) => change.removeSettings.includes(setting.key))
      : [];
    const show = (key: string, values: readonly string[], secret: boolean) =>
      `${key}: ${secret ? '[secret]' : values.join(', ')}`;
    return succeed({
      inPlace: false,
      diffs: [
        {
          subject: `${change.install.pathConf}/elasticsearch.yml`,
          before: gone.map((setting) => show(setting.key, setting.values, setting.secretLike)).join('\n'),
          after: [
            'xpack.security.enabled: true',
            'xpack.security.enrollment.enabled: true',
            'xpack.security.http.ssl.enabled: true',
            'xpack.security.http.ssl.keystore.path: certs/http.p12',
            'xpack.security.transport.ssl.enabled: true',
            'xpack.security.transport.ssl.verification_mode: certificate',
            'xpack.security.transport.ssl.keystore.path: certs/transport.p12',
            'xpack.security.transport.ssl.truststore.path: certs/transport.p12',
          ].join('\n'),
        },
        {
          subject: `${change.install.pathConf}/certs`,
          before: '',
          after: 'http.p12\nhttp_ca.crt\ntransport.p12',
        },
        { subject: 'password of elastic', before: '', after: '[secret]' },
      ],
      words: leftoverWords(change.install.pathConf, toolLeftovers(namesIn(entries.value))),
    });
  },

  capture: (change, context) => packImage(context, change.install),

  async apply(change, _before, context) {
    const secured = await isSecured(change, context);
    if (!secured.ok || secured.value) {
      return secured.ok ? await markOf(change, context) : secured;
    }
    const possible = await checkPreconditions(change, context);
    if (!possible.ok) {
      return possible;
    }
    const password = await newPassword(change, context);
    if (!password.ok) {
      return password;
    }
    const begun = await prepare(change, context, password.value);
    if (!begun.ok) {
      const standing = await readSwitch(context.host, context.tag);
      if (standing.ok && standing.value.state === 'none') {
        return await nothingSwitched(change, context, begun.error);
      }
      // The order may have reached the host although its answer did not reach us.
      if (!standing.ok && begun.error.code !== 'SSH_CONNECTION_LOST') {
        return fail({ ...begun.error, hostState: 'unknown' });
      }
    }
    const ended = await awaitSwitch(context, 5 * startSeconds);
    if (!ended.ok) {
      return ended;
    }
    const live = ended.value.context;
    if (ended.value.standing.state === 'none' && !begun.ok) {
      return await neverBegun(change, live, begun.error);
    }
    if (ended.value.standing.state === 'not-returned') {
      return fail(notReturned());
    }
    if (ended.value.standing.state !== 'committed') {
      const error = await describeReturn(change.install, live, ended.value.standing);
      const dropped = await dropPaths(live, leftovers(change, live));
      const forgotten = dropped.ok ? await forgetSwitch(live.host, live.tag) : dropped;
      if (!forgotten.ok) {
        return fail({ ...error, hostState: 'changed' });
      }
      await forgetPassword(change, live);
      return fail(error);
    }
    return afterWriting(await finish(change, password.value, live));
  },

  async verify(change, _mark, context) {
    const password = await context.secrets.get(change.elasticPasswordRef);
    if (!password.ok) {
      return password;
    }
    const missing = await shortcomings(context, change.install, password.value);
    if (!missing.ok) {
      return missing;
    }
    const files = await checkFiles(context, change.install);
    if (!files.ok) {
      return files;
    }
    const wrong = [...missing.value, ...(files.value === undefined ? [] : [files.value])];
    return wrong.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `The node is not secured as it should be: ${wrong.join(' ')}`,
            'The old configuration is put back.',
            { hostState: 'changed' },
          ),
        );
  },

  async revert(change, before, mark, context) {
    const { image, tar } = readImage(before);
    const reverted = await revertToOpen(
      { change, image, tar, mark, leftovers: leftovers(change, context) },
      context,
    );
    if (reverted.ok) {
      await forgetPassword(change, context);
      await context.secrets.remove(change.httpCaRef);
    }
    return reverted;
  },
};
