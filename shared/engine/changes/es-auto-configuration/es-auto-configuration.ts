/**
 * Secures an open node without data: authentication, TLS on both layers, keystore, a password of `elastic` that is in the
 * vault before the host is touched. Prepared and rehearsed beside the running node, then switched by the host itself,
 * which ends in a secured node that answers or in the old one.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext, ChangeKind, Mark } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import { leftoverWords, toolLeftovers } from '../../elasticsearch/tool-leftovers.ts';
import { isSecured, verifySecured } from '../../securing/as-wanted.ts';
import { carryOut, securedMark } from '../../securing/carry-out.ts';
import { completeSecured } from '../../securing/complete.ts';
import { namesIn, readEntries } from '../../securing/entries.ts';
import { packImage, readImage } from '../../securing/image.ts';
import { forgetPassword, newPassword } from '../../securing/vault-password.ts';
import { revertToOpen } from '../../securing/way-back.ts';
import { dataAside, existing } from '../../securing/wrapper.ts';
import { checkPreconditions } from './preconditions.ts';
import { leftovers, prepare } from './prepare.ts';

type Change = ChangeOf<'es-auto-configuration'>;

/** The data directories that the step set aside, by name (not secret). */
async function asides(change: Change, context: ChangeContext): Promise<Result<Mark>> {
  const paths = [false, true].flatMap((mount) =>
    change.install.pathData.map((path) => dataAside({ path, mount }, context.tag).aside),
  );
  const kept = await existing(context, paths);
  return kept.ok ? succeed({ setAside: kept.value.join(', ') }) : kept;
}

const markOf = (change: Change, context: ChangeContext) =>
  securedMark({ install: change.install, mark: (live) => asides(change, live) }, context);

const wanted = ({ install, elasticPasswordRef }: Change) => ({
  install,
  elasticPasswordRef,
  certificates: ['certs/http.p12', 'certs/transport.p12'],
});

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
    const secured = await isSecured(wanted(change), context);
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
            `xpack.security.enrollment.enabled: ${change.endEnrollment !== true}`,
            'xpack.security.http.ssl.enabled: true',
            'xpack.security.http.ssl.keystore.path: certs/http.p12',
            'xpack.security.transport.ssl.enabled: true',
            'xpack.security.transport.ssl.verification_mode: certificate',
            'xpack.security.transport.ssl.keystore.path: certs/transport.p12',
            'xpack.security.transport.ssl.truststore.path: certs/transport.p12',
            ...(change.listensForNodes === true
              ? ['transport.host: 0.0.0.0 (where no address is given)']
              : []),
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

  capture: (change, context) => packImage(context, change.install, { data: true, certs: 'all' }),

  async apply(change, _before, context) {
    const secured = await isSecured(wanted(change), context);
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
    return await carryOut(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        password: password.value,
        leftovers: leftovers(change, context),
        prepare: () => prepare(change, context, { password: password.value }),
        forget: (live) => forgetPassword(change, live),
        mark: (live) => asides(change, live),
      },
      context,
    );
  },

  verify: (change, _mark, context) => verifySecured(wanted(change), context),

  complete: (change, _before, context) =>
    completeSecured(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        leftovers: leftovers(change, context),
        isSecured: (live) => isSecured(wanted(change), live),
      },
      context,
    ),

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
