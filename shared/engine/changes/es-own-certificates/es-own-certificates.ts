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
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import {
  type NodeDoor,
  probeHttp,
  tryCredential,
  vaultCredential,
  waitForCredential,
} from '../../elasticsearch/node.ts';
import type { NodeCredential } from '../../ports.ts';
import { isSecured, verifySecured } from '../../securing/as-wanted.ts';
import { carryOut, type Ending, finishInterrupted, securedMark } from '../../securing/carry-out.ts';
import { expectCluster } from '../../securing/cluster.ts';
import { completeSecured } from '../../securing/complete.ts';
import { credentialsToTry } from '../../securing/data.ts';
import { packImage, readImage } from '../../securing/image.ts';
import { pinnedDoor } from '../../securing/secured.ts';
import { forgetPassword, keepPassword, newPassword } from '../../securing/vault-password.ts';
import { revertToOpen } from '../../securing/way-back.ts';
import { wrapperOf } from '../../securing/wrapper.ts';
import { onceForAll } from '../../together/meeting.ts';
import { expectDocuments, fromImage, type Standing, standingImage } from './documents.ts';
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
async function forget(change: Change, context: ChangeContext, passwordStays = false): Promise<void> {
  await (passwordStays ? keepPassword(change, context) : forgetPassword(change, context));
  await context.secrets.remove(change.nodeKeyRef);
  await context.secrets.remove(change.storePasswordRef);
}

/**
 * Whether the node that asks for passwords again has the new one: its data directory, and so its users, stay. In doubt it does:
 * a vault that keeps one too many locks nobody out.
 */
async function knowsNew(change: Change, context: ChangeContext): Promise<boolean> {
  const speech = await probeHttp(context, change.install.httpPort);
  if (!speech.ok || speech.value.speaks !== 'plain') {
    return true;
  }
  const door = { address: speech.value.address, port: change.install.httpPort, tls: false } as const;
  const now = await vaultCredential(context, change.elasticPasswordRef);
  if (now === undefined) {
    return false;
  }
  const before = await credentialsToTry(context, change.install, `${change.elasticPasswordRef}/previous`);
  const knowsOld = async () => {
    for (const one of before) {
      const tried = await tryCredential(context, door, one);
      if (tried.ok && tried.value === 'accepted') return true;
    }
    return false;
  };
  if (await knowsOld()) {
    return false;
  }
  // A node that has just started refuses right ones too.
  const accepted = await waitForCredential(context, door, now, 60);
  return !accepted.ok || accepted.value === 'accepted' || !(await knowsOld());
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
    const password = ready.ok ? await newPassword(change, context) : ready;
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

  async complete(change, before, context) {
    const { standing } = readImage(before).image;
    let lacking = false;
    const check = async (live: ChangeContext, were: NonNullable<typeof standing>) => {
      const there = await stillHolds(change, live, fromImage(were));
      lacking = !there.ok;
      return there;
    };
    const kept = await completeSecured(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        leftovers: leftovers(change, context),
        isSecured: (live) => isSecured(wanted(change), live),
        ...(standing === undefined ? {} : { check: (live) => check(live, standing) }),
      },
      context,
    );
    // What is finished and lacks something would lack it again.
    if (!kept.ok || kept.value || lacking || standing === undefined) {
      return kept;
    }
    const password = await context.secrets.get(change.elasticPasswordRef);
    if (!password.ok) {
      return password.error.code === 'SECRET_MISSING' ? succeed(false) : password;
    }
    const end = ending(change, context, password.value, () => fromImage(standing));
    return await finishInterrupted(end, context);
  },

  verify: (change, _mark, context) => verifySecured(wanted(change), context),

  async revert(change, before, mark, context) {
    const { image, tar } = readImage(before);
    const reverted = await revertToOpen(
      { change, image, tar, mark, leftovers: leftovers(change, context) },
      context,
    );
    if (reverted.ok) {
      const stays = change.asksAlready === true && (await knowsNew(change, context));
      await forget(change, context, stays);
      await context.secrets.remove(change.httpCaRef);
    }
    return reverted;
  },
};
