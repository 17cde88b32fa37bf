/** A cluster as a picture: outside above, the nodes, and below them what links them. As many in a row as the width holds. */
import { useEffect, useRef, useState } from 'react';
import type { TopologyCluster } from '../../../shared/domain/topology.ts';
import { count } from '../../copy/words.ts';
import { pictureSentence } from './cluster-words.ts';
import { above, below, boxHeight, boxWidth, NodeBox } from './node-box.tsx';

const gap = 20;
const edge = 1;
/** Room for the words over the first row. */
const head = 20;
/** More are in the table: a picture of two hundred boxes shows nothing. */
const drawnAtMost = 12;
const rowHeight = above + boxHeight + below;

/** How many pixels the place has; a guess until it is laid out. */
function useWidth(): readonly [React.RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(3 * (boxWidth + gap) + 2 * edge);
  useEffect(() => {
    if (place.current === null || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(entry.contentRect.width);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

export function ClusterPicture({
  cluster,
  now,
}: {
  readonly cluster: TopologyCluster;
  /** Milliseconds since 1970. */
  readonly now: number;
}) {
  const [place, width] = useWidth();
  const odd = new Set(cluster.disagreements.flatMap((one) => one.odd));
  const first = [...cluster.nodes].sort(
    (a, b) => Number(odd.has(b.key)) - Number(odd.has(a.key)) || Number(b.master) - Number(a.master),
  );
  const many = cluster.nodes.length > drawnAtMost;
  const nodes = many ? first.slice(0, drawnAtMost) : cluster.nodes;
  const columns = Math.max(
    1,
    Math.min(nodes.length, Math.floor((width - 2 * edge + gap) / (boxWidth + gap))),
  );
  const rows = Math.ceil(nodes.length / columns);
  const wide = 2 * edge + columns * (boxWidth + gap) - gap;
  const high = head + rows * rowHeight + 10;
  const tops = Array.from({ length: rows }, (_, row) => head + row * rowHeight);
  const watched = nodes.some(({ outside }) => outside.length > 0);
  return (
    <div ref={place} className="cluster-picture">
      <svg
        width={wide}
        height={high}
        viewBox={`0 0 ${wide} ${high}`}
        role="img"
        aria-label={pictureSentence(cluster)}
      >
        <text className="cluster-small" x={edge} y="11">
          {watched ? 'From this machine' : ''}
        </text>
        {tops.map((top, row) => {
          const inRow = nodes.slice(row * columns, (row + 1) * columns);
          return (
            <g key={top} transform={`translate(0 ${top})`}>
              {inRow.some(({ outside }) => outside.length > 0) && (
                <path className="cluster-bar" d={`M${edge} 0H${wide - edge}`} />
              )}
              <path className="cluster-bar" d={`M${edge} ${rowHeight - 14}H${wide - edge}`} />
            </g>
          );
        })}
        <path
          className="cluster-bar"
          d={`M${edge} ${head + rowHeight - 14}V${head + rows * rowHeight - 14}`}
        />
        <text className="cluster-small" x={edge} y={head + rows * rowHeight + 4}>
          Between the nodes (transport)
        </text>
        {nodes.map((node, index) => (
          <g
            key={node.key}
            transform={`translate(${edge + (index % columns) * (boxWidth + gap)} ${(tops[Math.floor(index / columns)] ?? 0) + above})`}
          >
            <NodeBox node={node} odd={odd.has(node.key)} now={now} />
          </g>
        ))}
      </svg>
      {many && (
        <p className="small muted">{`${count(cluster.nodes.length - drawnAtMost, 'more node')} in the table.`}</p>
      )}
    </div>
  );
}
