/** The three drawings of the first run: look, change with a way back, prove. */

/** As wide as what is drawn, so that it stands on the edge of the words below it. */
function Drawing({
  from,
  to,
  children,
}: {
  readonly from: number;
  readonly to: number;
  readonly children: React.ReactNode;
}) {
  return (
    <svg
      className="drawing"
      viewBox={`${from} 0 ${to - from} 96`}
      width={to - from}
      height={96}
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export function LookDrawing() {
  return (
    <Drawing from={23} to={145}>
      <rect className="draw-soft" x="92" y="14" width="52" height="20" rx="3" />
      <rect className="draw-soft" x="92" y="38" width="52" height="20" rx="3" />
      <rect className="draw-soft" x="92" y="62" width="52" height="20" rx="3" />
      <path className="draw-line" d="M100 24h14M100 48h20M100 72h10" />
      <circle className="draw-accent" cx="136" cy="24" r="2.5" />
      <circle className="draw-accent" cx="136" cy="48" r="2.5" />
      <circle className="draw-accent" cx="136" cy="72" r="2.5" />
      <circle className="draw-ring" cx="46" cy="44" r="22" />
      <path className="draw-ring" d="m62 60 14 16" />
      <path className="draw-line" d="M36 38h20M36 44h14M36 50h18" />
    </Drawing>
  );
}

export function ChangeDrawing() {
  return (
    <Drawing from={15} to={145}>
      <rect className="draw-soft" x="16" y="20" width="52" height="56" rx="3" />
      <rect className="draw-soft" x="92" y="20" width="52" height="56" rx="3" />
      <path className="draw-line" d="M24 34h30M24 44h22M24 54h34M24 64h18" />
      <path className="draw-line" d="M100 34h30M100 54h34M100 64h18" />
      <path className="draw-accent-line" d="M100 44h30" />
      <path className="draw-ring" d="M68 32c8-10 16-10 24-2M90 22l2.5 8-8 1" />
      <path className="draw-ring draw-back" d="M92 66c-8 10-16 10-24 2M70 76l-2.5-8 8-1" />
    </Drawing>
  );
}

export function ProveDrawing() {
  return (
    <Drawing from={49} to={118}>
      <rect className="draw-soft" x="50" y="8" width="60" height="80" rx="3" />
      <path className="draw-line" d="M60 22h28M60 32h40M60 40h34" />
      <rect className="draw-fill-soft" x="60" y="50" width="40" height="5" rx="2" />
      <rect className="draw-fill" x="60" y="50" width="30" height="5" rx="2" />
      <circle className="draw-seal" cx="104" cy="72" r="13" />
      <path className="draw-seal-tick" d="m98 72 4.5 5 8-9.5" />
    </Drawing>
  );
}
