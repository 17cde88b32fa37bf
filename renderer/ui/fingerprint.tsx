/** A host key's SHA-256 in groups of four, so that a person can compare it; the exact text can be copied. */
import type { HostKey } from '../../shared/domain/host.ts';
import { CopyButton } from './copy-button.tsx';

export function groupFingerprint(fingerprint: string): readonly string[] {
  return fingerprint.replace(/^SHA256:/, '').match(/.{1,4}/g) ?? [];
}

export function Fingerprint({ hostKey, label }: { readonly hostKey: HostKey; readonly label: string }) {
  return (
    <figure className="fingerprint" data-testid="fingerprint" data-value={hostKey.fingerprint}>
      <figcaption>
        {label}
        <span className="muted">{hostKey.type}</span>
        <CopyButton text={hostKey.fingerprint} label="Copy the fingerprint" />
      </figcaption>
      <p className="fingerprint-groups">
        <span className="fingerprint-kind">SHA256</span>
        {groupFingerprint(hostKey.fingerprint).map((group, index) => (
          <span key={`${index}-${group}`}>{group}</span>
        ))}
      </p>
    </figure>
  );
}
