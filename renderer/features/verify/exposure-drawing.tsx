/** What the operator's machine sees of a host's ports, before and after, as a small drawing with its words. */
import type { Exposure } from '../../../shared/domain/finding.ts';
import { exposureWords } from '../../copy/words.ts';

export const exposureTones: Readonly<Record<Exposure['state'], string>> = {
  closed: 'pass',
  filtered: 'pass',
  clear: 'critical',
  tls: 'low',
  'open-silent': 'medium',
  'not-probed': 'not-applicable',
};

function lineOf(state: Exposure['state']): string {
  if (state === 'closed' || state === 'filtered') return 'M44 0H150';
  return 'M44 0H236';
}

export function sentenceOf(exposure: Exposure): string {
  const answers =
    exposure.answersStranger === 'yes'
      ? ', answers anybody'
      : exposure.answersStranger === 'no' && (exposure.state === 'tls' || exposure.state === 'clear')
        ? ', asks for a login'
        : '';
  return `${exposureWords[exposure.state]}${answers}`;
}

function Ports({ title, exposure }: { readonly title: string; readonly exposure: readonly Exposure[] }) {
  const height = Math.max(1, exposure.length) * 44 + 12;
  return (
    <div className="exposure">
      <h4>{title}</h4>
      {exposure.length === 0 ? (
        <p className="muted">Not looked at.</p>
      ) : (
        <div className="exposure-picture">
          <svg viewBox={`0 0 300 ${height}`} className="exposure-svg" aria-hidden="true" focusable="false">
            <rect className="draw-soft" x="4" y={height / 2 - 15} width="40" height="26" rx="3" />
            <path className="draw-line" d={`M12 ${height / 2 + 16}h24`} />
            <rect className="draw-soft" x="236" y="4" width="60" height={height - 8} rx="4" />
            {exposure.map((port, index) => {
              const y = 28 + index * 44;
              const stopped = port.state === 'closed' || port.state === 'filtered';
              return (
                <g key={`${port.address}:${port.port}`} className={`tone-${exposureTones[port.state]}`}>
                  <g transform={`translate(0 ${y})`}>
                    <path
                      className={port.state === 'clear' ? 'exposure-line exposure-clear' : 'exposure-line'}
                      d={lineOf(port.state)}
                    />
                    {stopped && <path className="exposure-stop" d="M150-10v20" />}
                    {port.state === 'tls' && (
                      <path className="exposure-lock" d="M132-3h16v10h-16zM135-3v-3a5 5 0 0 1 10 0v3" />
                    )}
                    {!stopped && <path className="exposure-head" d="m228-5 8 5-8 5" />}
                  </g>
                  <text className="exposure-port" x="266" y={y + 4} textAnchor="middle">
                    {port.port}
                  </text>
                </g>
              );
            })}
          </svg>
          <ul className="exposure-words">
            {exposure.map((port) => (
              <li key={`${port.address}:${port.port}`} title={port.detail}>
                <span className="mono strong">{port.port}</span>{' '}
                <span
                  className={`tone-${port.answersStranger === 'yes' ? 'critical' : exposureTones[port.state]}`}
                >
                  {sentenceOf(port)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

export function ExposureDrawing({
  hostName,
  before,
  after,
}: {
  readonly hostName: string;
  readonly before: readonly Exposure[];
  readonly after: readonly Exposure[];
}) {
  return (
    <div className="exposure-host">
      <h3>{hostName}</h3>
      <div className="exposure-pair">
        <Ports title="Before" exposure={before.filter(({ from }) => from === undefined)} />
        <Ports title="After" exposure={after.filter(({ from }) => from === undefined)} />
      </div>
    </div>
  );
}
