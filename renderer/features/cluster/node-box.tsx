/** One node of the picture: what it is, how it stands, and what reaches it from outside and from its peers. */
import type { TopologyNode } from '../../../shared/domain/topology.ts';
import {
  certificateOf,
  dataOf,
  rolesOf,
  securityTones,
  securityWords,
  speechTones,
  speechWords,
  standingWords,
} from './cluster-words.ts';

export const boxWidth = 248;
export const boxHeight = 132;
/** Room above a box for what comes from outside, and below it for the link to the other nodes. */
export const above = 62;
export const below = 50;

const longest = 26;

function fitted(text: string, most = longest): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

type Outside = TopologyNode['outside'][number];

const outsideTones: Readonly<Record<Outside['state'], string>> = {
  closed: 'pass',
  filtered: 'pass',
  clear: 'critical',
  tls: 'low',
  'open-silent': 'medium',
  'not-probed': 'not-applicable',
};

const outsideShort: Readonly<Record<Outside['state'], string>> = {
  closed: 'closed',
  filtered: 'filtered',
  clear: 'clear',
  tls: 'TLS',
  'open-silent': 'open',
  'not-probed': 'not probed',
};

/** From the operator's machine down to a port: it arrives, or it is stopped on the way. */
function FromOutside({ port, x }: { readonly port: Outside; readonly x: number }) {
  const stopped = port.state === 'closed' || port.state === 'filtered';
  const tone = port.answersStranger === 'yes' ? 'critical' : outsideTones[port.state];
  return (
    <g className={`tone-${tone}`} transform={`translate(${x} 0)`}>
      <path
        className={port.state === 'clear' ? 'cluster-line cluster-dashed' : 'cluster-line'}
        d={stopped ? `M0 ${-above}V-26` : `M0 ${-above}V-2`}
      />
      {stopped ? (
        <path className="cluster-line" d="M-8-26h16" />
      ) : (
        <path className="cluster-line" d="m-5-8 5 7 5-7" />
      )}
      <text className="cluster-small" x="10" y="-32">
        {port.port}
      </text>
      <text className="cluster-small" x="10" y="-18">
        {port.answersStranger === 'yes' ? 'answers anybody' : outsideShort[port.state]}
      </text>
    </g>
  );
}

function Link({ node }: { readonly node: TopologyNode }) {
  const speech = node.transportSpeech;
  const x = boxWidth / 2;
  return (
    <g className={`tone-${speechTones[speech]}`}>
      <path
        className={`cluster-line${speech === 'clear' ? ' cluster-dashed' : speech === 'tls' ? '' : ' cluster-dotted'}`}
        d={`M${x} ${boxHeight}v${below - 16}`}
      />
      {speech === 'tls' && (
        <path
          className="cluster-lock"
          d={`M${x - 7} ${boxHeight + 14}h14v10h-14zM${x - 4} ${boxHeight + 14}v-3a4 4 0 0 1 8 0v3`}
        />
      )}
      <text className="cluster-small" x={x + 14} y={boxHeight + 22}>
        {speechWords[speech]}
      </text>
    </g>
  );
}

export function NodeBox({
  node,
  odd,
  now,
}: {
  readonly node: TopologyNode;
  readonly odd: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}) {
  const certificate = certificateOf(node, 'http', now) ?? certificateOf(node, 'transport', now);
  const standing = node.running === false ? 'Does not run' : standingWords[node.standing];
  const asIf = node.standing === 'read' ? 'cluster-box' : 'cluster-box cluster-guessed';
  return (
    <>
      {node.outside.map((port) => (
        <FromOutside key={port.layer} port={port} x={port.layer === 'http' ? 24 : 156} />
      ))}
      <Link node={node} />
      <rect className={odd ? `${asIf} cluster-odd` : asIf} width={boxWidth} height={boxHeight} rx="6">
        <title>{node.name}</title>
      </rect>
      <text className="cluster-name" x="14" y="26">
        {fitted(node.name, node.master === true ? 18 : 28)}
      </text>
      {node.master === true && (
        <g transform={`translate(${boxWidth - 74} 11)`}>
          <path className="cluster-crown" d="M0 14V3l4.5 4L8 0l3.5 7L16 3v11z" />
          <text className="cluster-small cluster-strong" x="22" y="12">
            Master
          </text>
        </g>
      )}
      <text className="cluster-small" x="14" y="46">
        {fitted([node.version, node.hostName].filter(Boolean).join(' on ') || 'Version not known', 38)}
      </text>
      <text className="cluster-small" x="14" y="64">
        {fitted(rolesOf(node), 38)}
      </text>
      <text className="cluster-small" x="14" y="82">
        {fitted(dataOf(node), 38)}
      </text>
      <g className={`tone-${securityTones[node.security]}`}>
        <text className="cluster-small cluster-strong" x="14" y="103">
          {securityWords[node.security]}
        </text>
      </g>
      {certificate !== undefined && (
        <g className={`tone-${certificate.tone}`}>
          <text className="cluster-small" x={boxWidth - 14} y="103" textAnchor="end">
            {certificate.text}
          </text>
        </g>
      )}
      {standing !== '' && (
        <text className="cluster-small cluster-strong" x="14" y="121">
          {standing}
        </text>
      )}
      {odd && (
        <g className="tone-critical">
          <text className="cluster-small cluster-strong" x={boxWidth - 14} y="121" textAnchor="end">
            Differs
          </text>
        </g>
      )}
    </>
  );
}
