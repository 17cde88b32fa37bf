import { useEffect, useState } from 'react';
import { Glyph } from './marks.tsx';
import { Button } from './patternfly.ts';

/** Copies text that is no secret; says that it did. */
export function CopyButton({
  text,
  label,
  quiet = true,
}: {
  readonly text: string;
  /** A verb with its object, e.g. "Copy the command". */
  readonly label: string;
  /** Only the drawing, with the label for assistive technology. */
  readonly quiet?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const icon = <Glyph name={copied ? 'check' : 'copy'} />;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <>
      {quiet ? (
        <Button
          variant="plain"
          size="sm"
          aria-label={label}
          title={copied ? 'Copied' : label}
          icon={icon}
          onClick={copy}
        />
      ) : (
        <Button variant="secondary" icon={icon} onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
      <span className="sr-only" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}
