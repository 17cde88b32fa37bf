/**
 * Secures an open node that holds data, or that cannot set up its own security: certificates of an authority in the vault,
 * authentication, TLS on both layers, a password of `elastic` that is in the vault before the host is touched. The data
 * directory is not touched; documents are counted before and after. Prepared and rehearsed beside the running node, then
 * switched by the host itself, which ends in a secured node that answers or in the old one.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import { type ChangeContext, type ChangeKind, undoWords } from '../../change-kind.ts';
import type { NodeDoor } from '../../elasticsearch/node.ts';
import type { NodeCredential } from '../../ports.ts';
import { isSecured, verifySecured } from '../../securing/as-wanted.ts';
import { carryOut, type Ending, finishInterrupted, securedMark } from '../../securing/carry-out.ts';
import { expectCluster } from '../../securing/cluster.ts';
import { completeSecured } from '../../securing/complete.ts';
import { packImage, readImage } from '../../securing/image.ts';
import { pinnedDoor } from '../../securing/secured.ts';
import { forgetPassword, keepPassword, newPassword, settlePassword } from '../../securing/vault-password.ts';
import { revertToOpen } from '../../securing/way-back.ts';
import { wrapperOf } from '../../securing/wrapper.ts';
import { onceForAll } from '../../together/meeting.ts';
import { expectDocuments, fromImage, type Standing, standingImage } from './documents.ts';
import { type PasswordAfter, passwordAfter } from './password-after.ts';
import { checkPreconditions, isMaster, planData, standingWords } from './preconditions.ts';
import { byTool } from './set-password.ts';
import { certificateFiles, securedEdits } from './settings.ts';
import { prepare } from './staging.ts';
import { describe } from './words.ts';

type Change = ChangeOf<'es-own-certificates'>;

/** Shards of a large cluster are found again in minutes. */
const joinSeconds = 300;

const leftovers = (change: Change, context: ChangeContext) => [
  wrapperOf(change.install.pathConf, context.tag),
];

const wanted = ({ install, elasticPasswordRef, form }: Change) => ({
  install,
  elasticPasswordRef,
  certificates: certificateFiles(form),
});

/** What was made for this node leaves the vault; the authority stays, other nodes may come from it. */
async function forget(change: Change, context: ChangeContext, has: PasswordAfter = 'old'): Promise<void> {
  await (has === 'old' ? forgetPassword(change, context) : keepPassword(change, context, has === 'new'));
  await context.secrets.remove(change.nodeKeyRef);
  await context.secrets.remove(change.storePasswordRef);
}

/** For the operator, where it could not be told which password of `elastic` the node has. */
async function inDoubt({ elasticPasswordRef }: Change, context: ChangeContext): Promise<string> {
  const earlier = (await context.secrets.get(`${elasticPasswordRef}/previous`)).ok;
  return `Whether elastic has its new password or the one of before could not be told, so none was forgotten: the new one is in the vault as ${elasticPasswordRef}${earlier ? `, the one of before as ${elasticPasswordRef}/previous` : ', the one of before was not in it'}. Try both before you reset it.`;
}

/** What is done once the node is up. */
function ending(change: Change, context: ChangeContext, password: Secret, standing: () => Standing): Ending {
  return {
    install: change.install,
    httpCaRef: change.httpCaRef,
    password,
    leftovers: leftovers(change, context),
    otherwise: byTool(change.install, password),
    check: async (live, door, credential) => {
      const there = await expectAll(change, live, { door, credential }, standing());
      return there.ok ? succeed({}) : there;
    },
  };
}

/** All nodes and all documents of before. Errors: VERIFY_FAILED, those of the connection. */
async function expectAll(
  change: Change,
  context: ChangeContext,
  { door, credential }: { readonly door: NodeDoor; readonly credential: NodeCredential },
  before: Standing,
): Promise<Result<void>> {
  const joined =
    change.cluster === undefined
      ? succeed(undefined)
      : await expectCluster(context, door, credential, before, joinSeconds);
  return joined.ok ? await expectDocuments(context, door, credential, before.documents) : joined;
}

/** The same of a node that came up secured while nobody was there to ask. */
async function stillHolds(change: Change, context: ChangeContext, before: Standing): Promise<Result<void>> {
  const password = await context.secrets.get(change.elasticPasswordRef);
  const door = password.ok ? await pinnedDoor(context, change.install) : password;
  if (!password.ok || !door.ok) {
    return password.ok ? (door as Result<never>) : password;
  }
  const credential = { type: 'basic', user: 'elastic', password: password.value } as const;
  return await expectAll(change, context, { door: door.value, credential }, before);
}

export const esOwnCertificates: ChangeKind<'es-own-certificates'> = {
  kind: 'es-own-certificates',

  byHand: (change) => [
    {
      do: 'left',
      text: `securing Elasticsearch cannot be taken back by hand: certificates, keystore, settings and passwords belong together, and opening the node again would show its data. It goes on working secured. To get in, run ${change.install.home}/bin/elasticsearch-reset-password -u elastic. To open it again use Bulwark with the workspace, or a backup of ${change.install.pathConf}`,
    },
  ],

  describe,

  together: (change) => change.cluster?.hosts,

  async inspect(change, context) {
    const secured = await isSecured(wanted(change), context);
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
      words: standingWords(change, ready.value.standing),
    });
  },

  async capture(change, context) {
    // For whoever finishes an interrupted step: what there was is not to be asked any more then.
    const now = await planData(change, context);
    const more = now.ok ? { standing: standingImage(now.value) } : {};
    return await packImage(context, change.install, { data: false, certs: 'made', ...more });
  },

  async apply(change, _before, context) {
    const { install } = change;
    const secured = await isSecured(wanted(change), context);
    if (!secured.ok || secured.value) {
      return secured.ok ? await securedMark({ install }, context) : secured;
    }
    const ready = await checkPreconditions(change, context);
    const settled = ready.ok
      ? await settlePassword(change, context, ready.value.entrance.credential?.password)
      : ready;
    const password = settled.ok ? await newPassword(change, context) : settled;
    if (!ready.ok || !password.ok) {
      return ready.ok ? (password as Result<never>) : ready;
    }
    let { standing } = ready.value;
    // Found before the vault got its new password, which the node of before does not know. An open one is looked at again.
    const entrance = change.asksAlready === true ? ready.value.entrance : undefined;
    const { together } = context;
    // A busy node deletes documents during the minutes of preparation, and while the slowest host of a cluster is waited for;
    // those are not lost by the switch.
    const countAgain = async () => {
      const now = await onceForAll(
        together,
        'standing',
        () => planData(change, context, entrance),
        'unchanged',
      );
      standing = now.ok ? now.value : standing;
      return now.ok ? succeed(undefined) : now;
    };
    const end = ending(change, context, password.value, () => standing);
    return await carryOut(
      {
        ...end,
        prepare: () =>
          prepare(change, context, password.value, () =>
            together === undefined ? countAgain() : Promise.resolve(succeed(undefined)),
          ),
        // All are prepared then, and nobody has begun: nobody does before it was counted.
        last: async () => {
          const counted = await countAgain();
          return counted.ok ? await isMaster(change, context) : counted;
        },
        forget: (live) => forget(change, live),
      },
      context,
    );
  },

  async complete(change, before, context, evenLacking = false) {
    const { standing } = readImage(before).image;
    const kept = await completeSecured(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        leftovers: leftovers(change, context),
        isSecured: (live) => isSecured(wanted(change), live),
        ...(standing === undefined ? {} : { check: (live) => stillHolds(change, live, fromImage(standing)) }),
      },
      context,
      evenLacking,
    );
    if (!kept.ok || kept.value || standing === undefined) {
      return kept;
    }
    const password = await context.secrets.get(change.elasticPasswordRef);
    if (!password.ok) {
      return password.error.code === 'SECRET_MISSING' ? succeed(false) : password;
    }
    const end = ending(change, context, password.value, () => fromImage(standing));
    const asked = evenLacking ? { ...end, check: () => Promise.resolve(succeed({})) } : end;
    return await finishInterrupted(asked, context);
  },

  verify: (change, _mark, context) => verifySecured(wanted(change), context),

  async revert(change, before, mark, context) {
    const { image, tar } = readImage(before);
    const reverted = await revertToOpen(
      { change, image, tar, mark, leftovers: leftovers(change, context) },
      context,
    );
    if (!reverted.ok) {
      return reverted;
    }
    const has = change.asksAlready === true ? await passwordAfter(change, context) : 'old';
    await forget(change, context, has);
    await context.secrets.remove(change.httpCaRef);
    return has === 'unknown'
      ? succeed({ words: [...undoWords(reverted.value), await inDoubt(change, context)] })
      : reverted;
  },
};
