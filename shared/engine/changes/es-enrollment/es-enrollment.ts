/**
 * A fresh node joins the cluster of a secured one by an enrollment token. Elasticsearch's own tool works on a copy of the
 * configuration beside the live one (its way for packages strips the live one before it looks at the token), the result is
 * rehearsed, then the host switches. It ends as a member that the cluster lists, or as what it was.
 */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { isOn, readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import { type ChangeContext, type ChangeKind, type Mark, undoWords } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import { leftoverWords, toolLeftovers } from '../../elasticsearch/tool-leftovers.ts';
import { readFile } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';
import { carryOut, securedMark } from '../../securing/carry-out.ts';
import { namesIn, readEntries } from '../../securing/entries.ts';
import { packImage, readImage } from '../../securing/image.ts';
import { caPath, checkFiles, shortcomings } from '../../securing/secured.ts';
import type { Switch } from '../../securing/switch.ts';
import { forgetPassword, newPassword } from '../../securing/vault-password.ts';
import { revertToOpen } from '../../securing/way-back.ts';
import { dataAside, existing } from '../../securing/wrapper.ts';
import { leftovers, prepare } from '../es-auto-configuration/prepare.ts';
import { type Enrollment, openIssuer } from './cluster.ts';
import { enrolledSettings, titleWords } from './describe.ts';
import { endToken, makeToken } from './issued-token.ts';
import { leaveCluster, takeBack } from './leaving.ts';
import { memberId, waitUntilMember } from './membership.ts';
import { checkJoinable, type Joinable } from './preconditions.ts';

const certificateFiles = ['certs/http.p12', 'certs/transport.p12'];

/** A member that the cluster lists, and nothing of this step unfinished: its authority comes into the vault at the end. */
async function isMember(change: Enrollment, context: ChangeContext): Promise<Result<boolean>> {
  const read = readYamlSettings((await readYml(context, change.install.pathConf)) ?? '');
  if (!read.ok || !isOn(settingValue(read.settings, 'xpack.security.enabled'))) {
    return succeed(false);
  }
  const file = await readFile(context.host, caPath(change.install));
  const kept = await context.secrets.get(change.httpCaRef);
  if (!file.ok) {
    return file;
  }
  if (file.value === 'absent' || !kept.ok || kept.value.reveal() !== textOf(file.value.bytes)) {
    return succeed(false);
  }
  const id = await memberId(change, context);
  return id.ok ? succeed(id.value !== undefined) : id;
}

/** What was set aside, and the id by which the cluster knows the node (neither is secret). */
async function moreMark(change: Enrollment, context: ChangeContext): Promise<Result<Mark>> {
  const paths = [false, true].flatMap((mount) =>
    change.install.pathData.map((path) => dataAside({ path, mount }, context.tag).aside),
  );
  const kept = await existing(context, paths);
  const id = kept.ok ? await memberId(change, context) : kept;
  return kept.ok && id.ok
    ? succeed({ setAside: kept.value.join(', '), node: id.value ?? '' })
    : ((kept.ok ? id : kept) as Result<never>);
}

const markOf = (change: Enrollment, context: ChangeContext) =>
  securedMark({ install: change.install, mark: (live) => moreMark(change, live) }, context);

/** Token, copy, tool, rehearsal, switch. The token is worth nothing as soon as the tool has ended. */
async function enrol(
  change: Enrollment,
  context: ChangeContext,
  { issuer, cluster, place }: Joinable,
): Promise<Result<Switch>> {
  const token =
    change.tokenRef === undefined
      ? await makeToken(context, issuer, place)
      : await context.secrets.get(change.tokenRef);
  if (!token.ok) {
    return token;
  }
  const prepared = await prepare(change, context, { token: token.value, clusterName: cluster.name });
  const ended = change.tokenRef === undefined ? await endToken(context, issuer) : succeed(undefined);
  return prepared.ok && !ended.ok ? ended : prepared;
}

export const esEnrollment: ChangeKind<'es-enrollment'> = {
  kind: 'es-enrollment',

  byHand: (change) => [
    {
      do: 'left',
      text: `joining a cluster cannot be taken back by hand: the cluster may have moved shards to this node, and certificates, keystore, settings and data belong together. The node goes on working as a member. To let it leave, use Bulwark with the workspace, or exclude it from allocation, wait until it holds no shard, and put back a backup of ${change.install.pathConf}`,
    },
  ],

  describe: titleWords,

  async inspect(change, context) {
    const member = await isMember(change, context);
    if (!member.ok) {
      return member;
    }
    if (member.value) {
      return succeed({ inPlace: true, diffs: [], words: [] });
    }
    const joinable = await checkJoinable(change, context);
    if (!joinable.ok) {
      return joinable;
    }
    const entries = await readEntries(context, change.install.pathConf);
    if (!entries.ok) {
      return entries;
    }
    const { cluster } = joinable.value;
    return succeed({
      inPlace: false,
      diffs: await enrolledSettings(change, context, cluster),
      words: [
        `The cluster ${cluster.name} is ${cluster.status} and has ${cluster.members.length} ${cluster.members.length === 1 ? 'node' : 'nodes'}: ${cluster.members.map(({ name }) => name).join(', ')}. This host reaches all of them, and its certificate authority is the one in your vault.`,
        ...leftoverWords(change.install.pathConf, toolLeftovers(namesIn(entries.value))),
      ],
    });
  },

  capture: (change, context) => packImage(context, change.install, { data: true, certs: 'all' }),

  async apply(change, _before, context) {
    const member = await isMember(change, context);
    if (!member.ok || member.value) {
      return member.ok ? await markOf(change, context) : member;
    }
    const joinable = await checkJoinable(change, context);
    if (!joinable.ok) {
      return joinable;
    }
    const { password } = joinable.value.issuer.credential;
    const kept = await newPassword(change, context, password);
    if (!kept.ok) {
      return kept;
    }
    return await carryOut(
      {
        install: change.install,
        httpCaRef: change.httpCaRef,
        password,
        leftovers: leftovers(change, context),
        prepare: () => enrol(change, context, joinable.value),
        forget: (live) => forgetPassword(change, live),
        proven: (live) => waitUntilMember(change, live),
        mark: (live) => moreMark(change, live),
      },
      context,
    );
  },

  async verify(change, _mark, context) {
    const id = await memberId(change, context);
    const issuer = id.ok ? await openIssuer(change, context) : id;
    const missing = issuer.ok
      ? await shortcomings(context, change.install, issuer.value.credential.password)
      : issuer;
    const files = missing.ok ? await checkFiles(context, change.install, certificateFiles) : missing;
    if (!id.ok || !missing.ok || !files.ok) {
      return [id, missing, files].find((one) => !one.ok) as Result<never>;
    }
    const wrong = [
      ...(id.value === undefined ? ['The cluster does not list the node.'] : []),
      ...missing.value,
      ...(files.value === undefined ? [] : [files.value]),
    ];
    return wrong.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `The node is not the member that it should be: ${wrong.join(' ')}`,
            'The old configuration is put back.',
            { hostState: 'changed' },
          ),
        );
  },

  async revert(change, before, mark, context) {
    const { image, tar } = readImage(before);
    let id = mark?.['node'];
    const reverted = await revertToOpen(
      {
        change,
        image,
        tar,
        mark,
        leftovers: leftovers(change, context),
        leave: async (live) => {
          const known = id === undefined || id === '' ? await memberId(change, live) : succeed(id);
          id = known.ok ? known.value : undefined;
          return await leaveCluster(change, { ...live, force: context.force }, id);
        },
      },
      context,
    );
    const issuer = await openIssuer(change, context);
    if (issuer.ok && change.tokenRef === undefined) {
      await endToken(context, issuer.value);
    }
    const forgotten = await takeBack(change, context, id);
    if (!reverted.ok) {
      return reverted;
    }
    await forgetPassword(change, context);
    await context.secrets.remove(change.httpCaRef);
    return forgotten.ok
      ? reverted
      : succeed({
          words: [
            ...undoWords(reverted.value),
            `The cluster could not be asked to forget the node ${id ?? ''}: remove its id from ${'cluster.routing.allocation.exclude._id'} and delete the voting exclusions there.`,
          ],
        });
  },
};
