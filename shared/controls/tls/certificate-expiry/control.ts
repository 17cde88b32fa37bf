import type { Evidence } from '../../../domain/evidence.ts';
import {
  daysUntil,
  describeCertificate,
  type InUse,
  judgeCertificates,
  layerName,
  ofCertificate,
  spoken,
} from '../../certificates-in-use.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { counted, evidence, failed, listed, passed, undecided } from '../../judging.ts';
import { proposeReissue } from '../../reissue.ts';

const failWithin = 30;
const warnWithin = 90;

interface Ending {
  readonly who: string;
  readonly days: number;
  readonly early: boolean;
  readonly evidence: Evidence;
}

export default defineControl({
  words: {
    id: 'certificate-expiry',
    area: 'tls',
    title: 'No certificate in use expires within 30 days',
    severity: 'high',
    description:
      'Reads the dates of every certificate in use: what both ports serve, what their files hold for the next start, the authorities above, and the node’s own list where a login exists. Below 90 days the result asks for renewal.',
    risk: 'Clients refuse a node with an expired certificate. A running cluster does not show an expired transport certificate: the next node that reconnects or restarts stays outside.',
    references: [
      { title: 'Update security certificates with the same CA', publisher: 'Elastic' },
      { title: 'SSL certificate API', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'reload',
  },
  evaluate: (facts) => judgeCertificates(facts, judge),
  propose: (facts, choices) => proposeReissue(facts, choices, 'certificate-expiry'),
});

function judge(inUse: InUse): Evaluation {
  const all = [...endings(inUse), ...listedEndings(inUse)].sort((a, b) => a.days - b.days);
  const shown = all.slice(0, 12).map((one) => one.evidence);
  const early = all.find((one) => one.early);
  if (early !== undefined)
    return failed(`${early.who} is not valid yet: clients and nodes refuse it. Check the clocks.`, ...shown);
  const expired = all.filter(({ days }) => days < 0);
  if (expired[0] !== undefined)
    return failed(
      `Critical: ${listed(expired.map((one) => `${lower(one.who)} (${counted(-one.days, 'day')} ago)`))} ${expired.length === 1 ? 'has' : 'have'} expired. Clients refuse it, and a node that restarts or reconnects stays outside of the cluster.`,
      ...shown,
    );
  const [first] = all;
  if (first === undefined)
    return undecided('No certificate could be read. Assess again.', ...spoken(inUse.seen));
  if (first.days < failWithin)
    return failed(`${first.who} expires in ${counted(first.days, 'day')}.`, ...shown);
  const blind = inUse.layers.filter(({ rooted }) => !rooted);
  if (blind.length > 0 && inUse.seen['node-answers'].value.certificates === undefined)
    return undecided(
      `The authority above the ${listed(blind.map(({ layer }) => layerName[layer]))} certificate is not among what Bulwark could read. Give a login for the node: its own list has the dates.`,
      ...shown,
    );
  return passed(
    first.days < warnWithin
      ? `${first.who} expires in ${counted(first.days, 'day')}: renew it soon.`
      : `The first certificate to expire is ${lower(first.who)}, in ${counted(first.days, 'day')}.`,
    ...shown,
  );
}

const lower = (text: string) => text.replace(/^The /, 'the ');

function endings({ layers, seen }: InUse): readonly Ending[] {
  const { at } = seen['node-answers'];
  return layers.flatMap((one) => [
    ...one.leaves.map((leaf) => {
      const later = one.served !== undefined && leaf.fingerprint256 !== one.served.fingerprint256;
      const who = `The ${ofCertificate(one)}${later ? ' of the next start' : ''}`;
      const source = later ? seen['certificate-files'] : seen['node-answers'];
      return ending(who, leaf.notBefore, leaf.notAfter, at, evidence(source, who, describeCertificate(leaf)));
    }),
    ...one.authorities.map((authority) => {
      const who = `The authority of the ${ofCertificate(one)}`;
      const shown = evidence(seen['certificate-files'], who, describeCertificate(authority));
      return ending(who, authority.notBefore, authority.notAfter, at, shown);
    }),
  ]);
}

/** Of the node's own list: what has a key, and the authorities above that. Others in a trust store end without harm. */
function listedEndings({ seen }: InUse): readonly Ending[] {
  const fact = seen['node-answers'];
  const all = fact.value.certificates ?? [];
  const own = all.filter((one) => one.hasPrivateKey);
  const issuers = new Set(own.map(({ issuer }) => issuer));
  return all
    .filter((one) => one.hasPrivateKey || issuers.has(one.subject))
    .map((one) => {
      const who = `The certificate of ${one.subject} in ${one.path}`;
      const words = `issued by ${one.issuer}, valid until ${one.notAfter}`;
      return ending(who, '', one.notAfter, fact.at, evidence(fact, who, words));
    });
}

function ending(who: string, notBefore: string, notAfter: string, at: string, shown: Evidence): Ending {
  // An hour of difference between clocks is no fault of a certificate.
  const early = notBefore !== '' && Date.parse(notBefore) > Date.parse(at) + 3_600_000;
  return { who, days: daysUntil(notAfter, at), early, evidence: shown };
}
