/** What the operator is told of the rounds. */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { readCertificatesPem } from '../../../text/x509.ts';
import type { ChangeContext, Words } from '../../change-kind.ts';
import { textOf } from '../../host-script.ts';
import type { Trusting } from './trusted.ts';

type Change = ChangeOf<'authority-trust'>;

const nameOf = (pem: string) => readCertificatesPem(pem).certificates[0]?.subject ?? 'an authority';

export function describe(change: Change): Words {
  const { rollOver, files, oldPem, newPem } = change;
  const all = rollOver.hosts.length;
  const where = files.map(({ path }) => path).join(' and ');
  const [old, next] = [nameOf(oldPem), nameOf(newPem)];
  const proof =
    'A certificate that is made for this moment and kept nowhere is then shown to the transport port, as another node would: that proves whom the node trusts.';
  const back = `Taking this back takes this round back on all ${all} nodes, the later rounds first.`;
  return {
    title:
      rollOver.round === 1
        ? 'round 1 of 3: trust the new authority beside the old one'
        : 'round 3 of 3: trust the new authority alone',
    words: [
      rollOver.round === 1
        ? `${where} will hold both: ${old}, and ${next}. Certificates stay what they are.`
        : `${where} will hold ${next}, and ${old} no longer.`,
      'The node reads the files within seconds, without a restart.',
      proof,
      ...(rollOver.round === 1
        ? [
            `Before round 2 every client and every Kibana has to trust both: ${clientFile(change)}, which this round writes, holds both, and so does the CA of this host on the screen of secrets. Bulwark asks you before round 2.`,
          ]
        : [
            'Clients that know the old authority alone were refused since round 2. From now on nodes refuse certificates of the old one as well.',
          ]),
      ...(change.settles === true
        ? ['From then on the authority in your vault is the new one; the old one stays beside.']
        : []),
      ...(all > 1 ? [back] : []),
    ],
    blast: 'reload',
    outageSeconds: 0,
    guarded: false,
  };
}

/** One node alone with the old authority would not be let in by the others. */
export const leftByHand =
  'this round of a new authority cannot be taken back on one node alone: the other nodes would not let it in. It goes on working. Take it back in Bulwark with the workspace, on all nodes';

/** The file that clients are given. */
export function clientFile({ files }: Pick<Change, 'files'>): string {
  return files.find((file) => file.form === 'pem')?.path ?? 'the CA certificate';
}

function shown(bytes: Uint8Array, file: Change['files'][number] | undefined): string {
  if (file?.form !== 'pem') return '[secret]';
  return readCertificatesPem(textOf(bytes))
    .certificates.map(({ subject, notAfter }) => `trusts ${subject}, valid until ${notAfter.slice(0, 10)}`)
    .join('\n');
}

export function trustDiffs(
  change: Change,
  files: readonly Trusting[],
  _context: ChangeContext,
): readonly Diff[] {
  return files.flatMap(({ path, now, next, unchanged }, index) => {
    if (unchanged) return [];
    const file = change.files[index];
    const before = shown(now.bytes, file);
    const after = shown(next, file);
    if (file?.form === 'pem') return [{ subject: path, before, after }];
    const [old, fresh] = [nameOf(change.oldPem), nameOf(change.newPem)];
    return [
      {
        subject: path,
        before: `trusts ${old}${change.rollOver.round === 3 ? `\ntrusts ${fresh}` : ''}`,
        after: `${change.rollOver.round === 3 ? '' : `trusts ${old}\n`}trusts ${fresh}`,
      },
    ];
  });
}
