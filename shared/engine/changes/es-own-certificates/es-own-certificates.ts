/**
 * Secures an open node that holds data, or that cannot set up its own security: certificates of an authority in the vault,
 * authentication, TLS on both layers, a password of `elastic` that is in the vault before the host is touched. The data
 * directory is not touched; documents are counted before and after. Prepared and rehearsed beside the running node, then
 * switched by the host itself, which ends in a secured node that answers or in the old one.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { isOn, readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import { carryOut, securedMark } from '../../securing/carry-out.ts';
import { completeSecured } from '../../securing/complete.ts';
import { packImage, readImage } from '../../securing/image.ts';
import { checkFiles, shortcomings } from '../../securing/secured.ts';
import { forgetPassword, newPassword } from '../../securing/vault-password.ts';
import { revertToOpen } from '../../securing/way-back.ts';
import { wrapperOf } from '../../securing/wrapper.ts';
import { expectDocuments, inWords } from './documents.ts';
import { checkPreconditions, planData } from './preconditions.ts';
import { byTool } from './set-password.ts';
import { certificateFiles, securedEdits } from './settings.ts';
import { prepare } from './staging.ts';

type Change = ChangeOf<'es-own-certificates'>;

const leftovers = (change: Change, context: ChangeContext) => [
  wrapperOf(change.install.pathConf, context.tag),
];

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
  const files = await checkFiles(context, change.install, certificateFiles(change.form));
  return files.ok ? succeed(files.value === undefined) : files;
}

/** What was made for this node leaves the vault; the authority stays, other nodes may come from it. */
async function forget(change: Change, context: ChangeContext): Promise<void> {
  await forgetPassword(change, context);
  await context.secrets.remove(change.nodeKeyRef);
  await context.secrets.remove(change.storePasswordRef);
}

export const esOwnCertificates: ChangeKind<'es-own-certificates'> = {
  kind: 'es-own-certificates',

  byHand: (change) => [
    {
      do: 'left',
      text: `securing Elasticsearch cannot be taken back by hand: certificates, keystore, settings and passwords belong together, and opening the node again would show its data. It goes on working secured. To get in, run ${change.install.home}/bin/elasticsearch-reset-password -u elastic. To open it again use Bulwark with the workspace, or a backup of ${change.install.pathConf}`,
    },
  ],

  describe(change) {
    return {
      title:
        'secure Elasticsearch with certificates of your own: authentication, TLS, keystore and a new password of elastic',
      words: [
        `The certificate is made for ${change.names.join(', ')} and is valid for ${change.days} days. Its key is made for this node; the key of the authority never leaves your vault.`,
        'Certificates and settings are made in a copy of the configuration, and the copy is tried once beside the running node.',
        'Then the host stops the node, puts the copy in place and starts it. If it does not come up, the host puts the old configuration back by itself.',
        'The data directory is not touched. Documents are counted before and after; should any be missing, the old configuration comes back.',
        'Afterwards every client needs https, the CA certificate and a password. The password of elastic and the CA are in the vault.',
        'Taking this back makes the node answer everybody again, with the documents it has then; its users and their password hashes can be read and changed by anybody while it is open, so passwords and keys of the secured node count as disclosed.',
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
    const ready = await checkPreconditions(change, context);
    if (!ready.ok) {
      return ready;
    }
    const read = readYamlSettings(ready.value.yml);
    const edits = securedEdits(read.ok ? read.settings : [], change.form);
    const before = (read.ok ? read.settings : []).filter(({ key }) => edits.some((edit) => edit.key === key));
    return succeed({
      inPlace: false,
      diffs: [
        {
          subject: `${change.install.pathConf}/elasticsearch.yml`,
          before: before
            .map(({ key, values, secretLike }) => `${key}: ${secretLike ? '[secret]' : values.join(', ')}`)
            .join('\n'),
          after: edits
            .flatMap((edit) => (edit.op === 'set' ? [`${edit.key}: ${String(edit.value)}`] : []))
            .join('\n'),
        },
        {
          subject: `${change.install.pathConf}/certs`,
          before: '',
          after: [...certificateFiles(change.form).map((name) => name.slice(6)), 'http_ca.crt'].join('\n'),
        },
        { subject: 'names of the certificate', before: '', after: change.names.join('\n') },
        { subject: 'password of elastic', before: '', after: '[secret]' },
      ],
      words: [`The node holds ${inWords(ready.value.documents)} of yours now.`],
    });
  },

  capture: (change, context) => packImage(context, change.install, { data: false, certs: 'made' }),

  async apply(change, _before, context) {
    const { install } = change;
    const secured = await isSecured(change, context);
    if (!secured.ok || secured.value) {
      return secured.ok ? await securedMark({ install }, context) : secured;
    }
    const ready = await checkPreconditions(change, context);
    const password = ready.ok ? await newPassword(change, context) : ready;
    if (!ready.ok || !password.ok) {
      return ready.ok ? (password as Result<never>) : ready;
    }
    let { documents } = ready.value;
    // A busy node deletes documents during the minutes of preparation; those are not lost by the switch.
    const countAgain = async () => {
      const now = await planData(change, context);
      documents = now.ok ? now.value : documents;
      return now.ok ? succeed(undefined) : now;
    };
    return await carryOut(
      {
        install,
        httpCaRef: change.httpCaRef,
        password: password.value,
        leftovers: leftovers(change, context),
        prepare: () => prepare(change, context, password.value, countAgain),
        forget: (live) => forget(change, live),
        otherwise: byTool(install, password.value),
        check: async (live, door, credential) => {
          const there = await expectDocuments(live, door, credential, documents);
          return there.ok ? succeed({}) : there;
        },
      },
      context,
    );
  },

  async verify(change, _mark, context) {
    const password = await context.secrets.get(change.elasticPasswordRef);
    if (!password.ok) {
      return password;
    }
    const missing = await shortcomings(context, change.install, password.value);
    const files = missing.ok
      ? await checkFiles(context, change.install, certificateFiles(change.form))
      : missing;
    if (!missing.ok || !files.ok) {
      return missing.ok ? (files as Result<never>) : missing;
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

  complete: (change, _before, context) =>
    completeSecured(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        leftovers: leftovers(change, context),
        isSecured: (live) => isSecured(change, live),
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
      await forget(change, context);
      await context.secrets.remove(change.httpCaRef);
    }
    return reverted;
  },
};
